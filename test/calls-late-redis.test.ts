import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { json } from 'node:stream/consumers'
import { it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { bearer, endCall, OFFER, placeCall, postOffer, readCall, takeTicket } from './harness/call-client.ts'
import { callsStage, ended, response } from './harness/calls-stage.ts'
import { eventually } from './harness/eventually.ts'
import { startRedis } from './harness/redis.ts'
import type { Scope } from './harness/services.ts'

async function stageFor(t: Scope) {
  const redis = await startRedis()
  t.after(() => redis.kill())
  const stage = await callsStage(t, { REDIS_URL: redis.url, MAX_CALLS_PER_CLIENT: '1' })
  // Until it reports, the connection may be young.
  while ((await redis.ask('ZCARD', 'parker:instances')) === '0') await sleep(50)
  return { ...stage, redis }
}

it('a ticket whose call was refused since Redis answered too late works at the next try, and takes no room', async t => {
  const { service, redis } = await stageFor(t)
  const ticket = await takeTicket(service.url)
  const monitor = await redis.monitor()
  t.after(() => monitor.stop())
  const headers = { ...bearer(ticket), 'content-type': 'application/sdp', 'content-length': OFFER.length }
  const late = request(`${service.url}/v1/realtime/calls`, { method: 'POST', headers })
  late.flushHeaders()
  // The ticket is read before the offer has come; the admission is what is late.
  const hash = createHash('sha256').update(ticket).digest('hex')
  await eventually(() => monitor.lines().some(line => line.includes(hash)))
  redis.pause()
  late.end(OFFER)
  const [refused] = (await once(late, 'response')) as [IncomingMessage]
  redis.resume()
  const { error } = (await json(refused)) as { error: { type: string } }
  assert.equal(error.type, 'store_unavailable')
  for (;;) {
    const { status, json } = await postOffer(service.url, ticket)
    if (status === 201) break
    assert.equal(json.error.type, 'store_unavailable')
    await sleep(json.error.retry_after * 1000)
  }
})

it('what a call uses while Redis answers too late is billed once', async t => {
  const { service, openai, redis } = await stageFor(t)
  const { id, ticket } = await placeCall(service.url)
  const line = await openai.line(id)
  const missed = service.logged(({ msg, what }) => msg === 'call_store_missed' && what === 'usage')
  redis.pause()
  line.send(response(1000))
  await missed
  redis.resume()
  line.send(response(500))
  const over = ended(service, id)
  await endCall(service.url, id, ticket)
  assert.equal((await over).responses, 2)
  const { json } = await readCall(service.url, id, ticket)
  assert.deepEqual([json.responses, json.usd], [2, 0.096])
  const keys = (await redis.ask('KEYS', 'parker:usd:*')).split('\n')
  for (const key of keys) assert.equal(Number(await redis.ask('GET', key)), 0.096)
})

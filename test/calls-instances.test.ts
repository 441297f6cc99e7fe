import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import { json } from 'node:stream/consumers'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { PAGE, READ } from '../packages/server/src/calls/redis/receipts.ts'
import { sealWith } from '../packages/server/src/calls/redis/seal.ts'
import { deriveSecret, Secret } from '../packages/server/src/secret.ts'
import { ask, askToken } from './harness/ask.ts'
import { bearer, endCall, listCalls, OFFER, placeCall, postOffer, readCall, takeTicket } from './harness/call-client.ts'
import { ADMIN_TOKEN, as, callsService, ended, response } from './harness/calls-stage.ts'
import { type CallsStandIn, type Event, startCallsStandIn } from './harness/calls-stand-in.ts'
import { eventually } from './harness/eventually.ts'
import { type RedisServer, startRedis } from './harness/redis.ts'
import type { RunningService } from './harness/service.ts'

interface Stage {
  openai: CallsStandIn
  redis: RedisServer
  /** Instances that share the Redis, ready to place calls. */
  instances: [RunningService, RunningService]
  startAnother(settings?: Record<string, string>): Promise<RunningService>
}

async function stageFor(t: TestContext, settings: Record<string, string> = {}): Promise<Stage> {
  const [openai, redis] = await Promise.all([startCallsStandIn(), startRedis()])
  t.after(async () => {
    await openai.close()
    await redis.kill()
  })
  let started = 0
  async function startAnother(more: Record<string, string> = {}): Promise<RunningService> {
    const service = await callsService(t, openai, { REDIS_URL: redis.url, ...settings, ...more })
    started++
    // It takes calls over from the moment that Redis knows of it.
    while (Number(await redis.ask('ZCARD', 'parker:instances')) < started) await sleep(100)
    return service
  }
  const [one, two] = await Promise.all([startAnother(), startAnother()])
  return { openai, redis, instances: [one, two], startAnother }
}

function namedResponse(id: string, audioOut: number): Event {
  const { type, response: told } = response(audioOut)
  return { type, response: { id, ...(told as object) } }
}

const hashOf = (ticket: string) => createHash('sha256').update(ticket).digest('hex')

const kill = (service: RunningService) => void service.child.kill('SIGKILL')

describe('with Redis', { concurrency: 2, timeout: 300_000 }, () => {
  it('a ticket of one instance is spent at another, and once, in a race across both', async t => {
    const { openai, instances } = await stageFor(t)
    const [one, two] = instances
    const ticket = await takeTicket(one.url, { context: 'Lakers 98' })
    const offers = Array.from({ length: 10 }, (_, i) => postOffer(instances[i % 2]?.url ?? '', ticket))
    const outcomes = (await Promise.all(offers)).map(({ status, json }) => json?.error?.type ?? status)
    assert.deepEqual(outcomes.sort(), [201, ...Array(9).fill('ticket_used')])
    assert.equal(openai.attempts, 1)
    assert.match(openai.placed[0]?.session.instructions, /Lakers 98/)
    const id = openai.placed[0]?.id ?? ''
    for (const { url } of [one, two]) assert.equal((await readCall(url, id, ticket)).json.state, 'active')
    assert.equal((await postOffer(two.url, await takeTicket(one.url))).status, 201)
  })

  it('a ticket expires by the clock of Redis, also while its offer is on the way', async t => {
    const { redis, instances } = await stageFor(t)
    const { url } = instances[0]
    const [early, late] = [await takeTicket(url), await takeTicket(url)]
    const expire = (ticket: string) => redis.ask('HSET', `parker:ticket:${hashOf(ticket)}`, 'expires', '1')
    await expire(early)
    for (const { status, json } of [await postOffer(url, early), await readCall(url, 'rtc_1', early)])
      assert.deepEqual([status, json.error.type], [401, 'ticket_expired'])

    const monitor = await redis.monitor()
    t.after(() => monitor.stop())
    const headers = { 'content-type': 'application/sdp', ...bearer(late) }
    const browser = request(`${url}/v1/realtime/calls`, { method: 'POST', headers })
    browser.flushHeaders()
    await eventually(() => monitor.lines().some(line => line.includes(hashOf(late))))
    await expire(late)
    browser.end(OFFER)
    const [answer] = await once(browser, 'response')
    assert.equal(((await json(answer)) as { error: { type: string } }).error.type, 'ticket_expired')
  })

  it('room and money are counted over all instances', async t => {
    const { openai, instances } = await stageFor(t, {
      MAX_CALLS: '2',
      MAX_CALLS_PER_CLIENT: '1',
      DAILY_USD_BUDGET: '0.01',
    })
    const [one, two] = instances
    const { id, ticket } = await placeCall(one.url, {}, as(1))
    const typeAt = async (service: RunningService, client: number) =>
      (await postOffer(service.url, await takeTicket(service.url, {}, as(client)), OFFER, as(client))).json?.error.type
    assert.equal(await typeAt(two, 1), 'too_many_calls')
    const second = await placeCall(two.url, {}, as(2))
    assert.equal(await typeAt(one, 3), 'overloaded')
    const line = await openai.line(id)
    line.send(response(200))
    while ((await readCall(two.url, id, ticket)).json.usd === 0);
    await endCall(one.url, second.id, second.ticket)
    assert.equal(await typeAt(two, 3), 'budget_exhausted')
  })

  it('any instance reads, lists and ends the calls of another, and the end is told once', async t => {
    const { instances } = await stageFor(t)
    const [one, two] = instances
    const { id, ticket } = await placeCall(one.url)
    const listed = await listCalls(two.url, 'state=active', ADMIN_TOKEN)
    assert.deepEqual(
      listed.json.calls.map((call: { id: string }) => call.id),
      [id],
    )
    const { json } = await endCall(two.url, id, ticket)
    assert.equal(json.end_reason, 'owner')
    while ((await readCall(one.url, id, ticket)).json.state !== 'ended');
    await Promise.all([one.stop(), two.stop()])
    const told = [...one.logs(), ...two.logs()].filter(({ msg }) => msg === 'call_ended')
    assert.deepEqual(
      told.map(({ call_id, reason }) => [call_id, reason]),
      [[id, 'owner']],
    )
  })

  it('another instance takes over the calls of one that was killed, and hangs up in time', async t => {
    const { openai, instances } = await stageFor(t, { MAX_CALL_SECONDS: '20', MAX_CALL_USD: '0.01' })
    const [one, two] = instances
    const call = await placeCall(one.url)
    const dear = await placeCall(one.url)
    const line = await openai.line(dear.id)
    line.send(response(100))
    while ((await readCall(two.url, dear.id, dear.ticket)).json.responses < 1);
    kill(one)
    const again = await openai.line(dear.id, line)
    again.send(response(100))
    // What it had cost before counts.
    assert.equal((await ended(two, dear.id)).reason, 'max_usd')
    const { reason, seconds } = await ended(two, call.id)
    assert.equal(reason, 'max_seconds')
    assert.ok(Number(seconds) >= 20 && Number(seconds) < 40, `${seconds} s`)
  })

  it('what two instances hear of a call, while one of them is cut off from Redis, is billed once', async t => {
    const { openai, redis, startAnother } = await stageFor(t)
    const user = (rights: string) => redis.ask('ACL', 'SETUSER', 'lonely', 'on', '>pass', '~*', rights)
    await user('+@all')
    const lonely = await startAnother({ REDIS_URL: redis.url.replace('redis://', 'redis://lonely:pass@') })
    const { id } = await placeCall(lonely.url)
    const line = await openai.line(id)
    await user('-@all')
    const other = await openai.line(id, line)
    for (const one of [line, other]) one.send(namedResponse('resp_1', 100), namedResponse('resp_2', 100))
    await lonely.logged(({ msg, what }) => msg === 'call_store_missed' && what === 'usage')
    await user('+@all')
    while (Number((await redis.ask('SCARD', `parker:booked:${id}`)) || 0) < 2) await sleep(50)
    // It writes what it missed, and learns that the call is another's.
    await lonely.stop()
    const spent = (await redis.ask('KEYS', 'parker:usd:*')).split('\n')
    assert.equal(spent.length, 2)
    assert.equal(await redis.ask('HGET', `parker:call:${id}`, 'responses'), '2')
    for (const key of spent) assert.equal(Number(await redis.ask('GET', key)), 0.0128)
  })

  it('an end that its instance did not live to see is carried out by another', async t => {
    const { openai, instances } = await stageFor(t)
    const [one, two] = instances
    const { id, ticket } = await placeCall(one.url)
    openai.behave({ hangUp: answer => answer.writeHead(500).end('{}') })
    void endCall(one.url, id, ticket).catch(() => {})
    await openai.hungUp(id)
    kill(one)
    openai.behave({})
    assert.equal((await ended(two, id)).reason, 'owner')
  })

  it('an end that another instance did not live to see is carried out by the call’s own', async t => {
    const { openai, instances } = await stageFor(t)
    const [one, two] = instances
    const { id, ticket } = await placeCall(one.url)
    openai.behave({ hangUp: answer => answer.writeHead(500).end('{}') })
    void endCall(two.url, id, ticket).catch(() => {})
    await openai.hungUp(id)
    kill(two)
    openai.behave({})
    assert.equal((await ended(one, id)).reason, 'owner')
  })

  it('a call whose session cannot be read is hung up by who takes it over', async t => {
    const { instances, startAnother } = await stageFor(t)
    const [one, two] = instances
    const stranger = await startAnother({ CLIENT_HASH_SECRET: 'another-secret-0123456789' })
    kill(two)
    const { id } = await placeCall(one.url)
    kill(one)
    assert.equal((await ended(stranger, id)).reason, 'unobserved')
  })

  it('a call that another release has written is hung up by who takes it over, and no other call with it', async t => {
    const hashSecret = 'a-secret-of-both-0123456789'
    const { openai, redis, instances } = await stageFor(t, { CLIENT_HASH_SECRET: hashSecret })
    const [one, two] = instances
    const [odd, call] = [await placeCall(one.url), await placeCall(one.url)]
    const line = await openai.line(call.id)
    const seal = sealWith(deriveSecret(new Secret(hashSecret), 'calls'))
    await redis.ask('HSET', `parker:call:${odd.id}`, 'session', seal.close('{"voice":"verse"}'))
    kill(one)
    assert.equal((await ended(two, odd.id)).reason, 'unobserved')
    assert.ok(openai.hangUps.includes(odd.id))
    await openai.line(call.id, line)
    assert.equal((await readCall(two.url, call.id, call.ticket)).json.state, 'active')
  })

  it('calls are left to another instance on shutdown, and go on there', async t => {
    const { openai, instances } = await stageFor(t)
    const [one, two] = instances
    const { id, ticket } = await placeCall(one.url)
    const first = await openai.line(id)
    assert.equal(await one.stop(), 0)
    const line = await openai.line(id, first)
    assert.ok(!openai.hangUps.includes(id))
    line.send(response(1))
    while ((await readCall(two.url, id, ticket)).json.responses < 1);
    assert.equal(await two.stop(), 0)
    assert.equal((await ended(two, id)).reason, 'shutdown', 'the last one hangs up')
  })

  it('what a call uses while it is left to another instance is on its receipt', async t => {
    const { openai, redis, instances } = await stageFor(t)
    const [one] = instances
    const { id } = await placeCall(one.url)
    const line = await openai.line(id)
    const owner = () => redis.ask('HGET', `parker:call:${id}`, 'owner')
    const before = await owner()
    const stopped = one.stop()
    while ((await owner()) === before) await sleep(20)
    line.send(namedResponse('resp_1', 100))
    assert.equal(await stopped, 0)
    assert.equal(await redis.ask('HGET', `parker:call:${id}`, 'responses'), '1')
  })

  it('calls are hung up on shutdown while Redis is away', async t => {
    const { openai, redis, instances } = await stageFor(t)
    const { id } = await placeCall(instances[0].url)
    await redis.kill()
    await instances[0].stop()
    assert.ok(openai.hangUps.includes(id))
    const left = await instances[0].logged(({ msg, call_id }) => msg === 'call_account_left_open' && call_id === id)
    assert.equal(left.reason, 'shutdown')
  })

  it('the end of a call that was hung up while Redis did not answer is told once, by who takes it over', async t => {
    const { openai, redis, instances } = await stageFor(t)
    const [one, two] = instances
    const { id } = await placeCall(one.url)
    await openai.line(id)
    redis.pause()
    t.after(() => redis.resume())
    await one.stop()
    assert.ok(openai.hangUps.includes(id))
    redis.resume()
    const { reason } = await ended(two, id)
    const told = [...one.logs(), ...two.logs()].filter(({ msg, call_id }) => msg === 'call_ended' && call_id === id)
    assert.deepEqual(
      told.map(({ reason }) => reason),
      [reason],
    )
    assert.ok(one.logs().some(({ msg, call_id }) => msg === 'call_account_left_open' && call_id === id))
  })

  it('calls are hung up on shutdown where the other instance died a moment ago', async t => {
    const { openai, instances } = await stageFor(t)
    const [one, two] = instances
    const { id } = await placeCall(one.url)
    await openai.line(id)
    kill(two)
    assert.equal(await one.stop(), 0)
    assert.ok(openai.hangUps.includes(id))
    assert.equal((await ended(one, id)).reason, 'shutdown')
  })

  it('nothing new is handed out or placed while Redis is away; calls that run keep their limits', async t => {
    const { redis, instances } = await stageFor(t, { MAX_CALL_SECONDS: '8' })
    const [one] = instances
    const { id } = await placeCall(one.url)
    const unspent = await takeTicket(one.url)
    await redis.kill()
    const types = []
    for (const answer of [
      await askToken(one.url),
      await postOffer(one.url, unspent),
      await ask(`${one.url}/v1/realtime/calls/${id}`, { headers: bearer(unspent) }),
    ])
      types.push([answer.status, answer.json.error.type])
    assert.deepEqual(types, Array(3).fill([503, 'store_unavailable']))
    const missed = await one.logged(({ msg, call_id }) => msg === 'call_store_missed' && call_id === id)
    assert.match(String(missed.cause), /^\w*Error: /)
    await redis.start()
    const { reason } = await ended(one, id)
    assert.equal(reason, 'max_seconds', 'told to a Redis that had forgotten it')
    assert.equal((await postOffer(one.url, unspent)).json.error.type, 'ticket_invalid', 'forgotten tickets fail closed')
  })

  it('owner and operator hang up while Redis is away, at the instance that watches the call', async t => {
    const { openai, redis, instances } = await stageFor(t)
    const [one, two] = instances
    const [mine, theirs] = [await placeCall(one.url), await placeCall(one.url)]
    await redis.kill()
    const byOwner = await endCall(one.url, mine.id, mine.ticket)
    const byOperator = await endCall(one.url, theirs.id, ADMIN_TOKEN)
    assert.deepEqual(
      [byOwner, byOperator].map(({ status, json }) => [status, json.id, json.state, json.end_reason]),
      [
        [200, mine.id, 'ending', 'owner'],
        [200, theirs.id, 'ending', 'operator'],
      ],
    )
    for (const { id } of [mine, theirs]) assert.ok(openai.hangUps.includes(id))
    assert.equal((await endCall(two.url, mine.id, mine.ticket)).json.error.type, 'store_unavailable')
    assert.equal((await endCall(one.url, theirs.id, mine.ticket)).json.error.type, 'store_unavailable')
  })

  it('a slot that could not be given back is told with its session and why', async t => {
    const { openai, redis, instances } = await stageFor(t)
    const [{ url, logged }] = instances
    const { json } = await askToken(url)
    openai.behave({
      async place(answer) {
        await redis.kill()
        answer.writeHead(500).end('{}')
      },
    })
    await postOffer(url, json.client_secret)
    const missed = await logged(({ msg, what }) => msg === 'call_store_missed' && what === 'slot')
    assert.equal(missed.session_id, json.session_id)
    assert.match(String(missed.cause), /^\w*Error: /)
  })

  it('Redis never sees a ticket, an address, instructions or page text', async t => {
    const { openai, redis, startAnother, instances } = await stageFor(t)
    const monitor = await redis.monitor()
    t.after(() => monitor.stop())
    const [one] = instances
    const body = { instructions: 'Only ever speak of zebras.', context: 'Celtics at the line' }
    const { id, ticket } = await placeCall(one.url, body, as(77))
    const line = await openai.line(id)
    line.send(response(1))
    await endCall(one.url, id, ticket)
    await ended(one, id)
    const seen = monitor.lines().join('\n')
    assert.match(seen, new RegExp(id))
    assert.match(seen, new RegExp(hashOf(ticket)))
    for (const secret of [
      ticket,
      ticket.slice(3),
      'zebras',
      'Celtics',
      'Parker,',
      '198.51.100.77',
      'a=ice',
      ADMIN_TOKEN,
    ])
      assert.ok(!seen.includes(secret), secret)
    // Another key cannot read what was sealed, and so cannot serve it.
    const stranger = await startAnother({ CLIENT_HASH_SECRET: 'another-secret-0123456789' })
    assert.equal((await postOffer(stranger.url, await takeTicket(one.url))).json.error.type, 'ticket_invalid')
  })

  it('calls that are long forgotten leave the list with the next call, whether or not anybody reads it', async t => {
    const { redis, instances } = await stageFor(t)
    await redis.ask('ZADD', 'parker:calls', '1', 'rtc_forgotten')
    const { id } = await placeCall(instances[0].url)
    assert.deepEqual(await redis.ask('ZRANGE', 'parker:calls', '0', '-1'), id)
  })

  it('a running call is found behind any number of younger ones that were forgotten', async t => {
    const { redis, instances } = await stageFor(t)
    const { id } = await placeCall(instances[0].url)
    const micros = (Date.now() + 60_000) * 1000
    const forgotten = Array.from({ length: 1500 }, (_, n) => [String(micros + n), `rtc_forgotten_${n}`])
    await redis.ask('ZADD', 'parker:calls', ...forgotten.flat())
    const { json } = await listCalls(instances[1].url, 'state=active', ADMIN_TOKEN)
    assert.deepEqual([json.calls.map((call: { id: string }) => call.id), json.next], [[id], null])
  })

  it('receipts are read without the long texts of their sessions, so that a list never keeps others waiting', async t => {
    const { redis, instances } = await stageFor(t)
    const { id } = await placeCall(instances[0].url, { instructions: 'Speak of sport. '.repeat(400) })
    const answers = [
      await redis.ask('EVAL', READ.text, '0', id),
      await redis.ask('EVAL', PAGE.text, '0', '+inf', '10', '86400000'),
    ]
    for (const answer of answers) {
      assert.match(answer, /session_id/)
      assert.ok(answer.length < 1000, `${answer.length} characters`)
    }
  })

  it('every key in Redis lapses by itself', async t => {
    const { openai, redis, instances } = await stageFor(t)
    const [one] = instances
    const first = await placeCall(one.url)
    const line = await openai.line(first.id)
    line.send(response(10))
    await endCall(one.url, first.id, first.ticket)
    await placeCall(one.url)
    await takeTicket(one.url)
    const keys = (await redis.ask('KEYS', 'parker:*')).split('\n')
    const unbounded = []
    for (const key of keys) if ((await redis.ask('TTL', key)) === '-1') unbounded.push(key)
    assert.deepEqual(unbounded, [])
  })
})

import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { endCall, listCalls, OFFER, placeCall, postOffer, readCall, takeTicket } from './harness/call-client.ts'
import { ADMIN_TOKEN, as, type CallsStage, callsStage, response } from './harness/calls-stage.ts'
import { startRedis } from './harness/redis.ts'

/** Where calls are counted; the same must come of it. */
const STORES = ['in memory', 'in Redis'] as const

async function stageFor(t: TestContext, where: (typeof STORES)[number], settings: Record<string, string>) {
  if (where === 'in memory') return callsStage(t, settings)
  const redis = await startRedis()
  t.after(() => redis.kill())
  return callsStage(t, { REDIS_URL: redis.url, ...settings })
}

/** What becomes of an offer. */
async function outcome(url: string, ticket: string, client: number, offer = OFFER): Promise<string | number> {
  const { json, status } = await postOffer(url, ticket, offer, as(client))
  return json?.error?.type ?? status
}

/** What the refusal of an offer says of the limit. */
const refusalOf = async (url: string, ticket: string, client: number) =>
  (await postOffer(url, ticket, OFFER, as(client))).json.error.details

/** A moment later on a busy machine: the two clocks are not read at once. */
const MIDNIGHT = /T00:00:0\dZ$/

/** A call of client 1, which has used up its client's money. */
async function dearCall({ service, openai }: CallsStage) {
  const { id, ticket } = await placeCall(service.url, {}, as(1))
  const line = await openai.line(id)
  line.send(response(100))
  while ((await readCall(service.url, id, ticket)).json.responses < 1);
  return { end: () => endCall(service.url, id, ticket) }
}

for (const where of STORES)
  describe(where, () => {
    const DEAR = { CLIENT_DAILY_USD: '0.005', MAX_CALLS_PER_CLIENT: '1' }

    it(`${where}: what stands against a call is told in its order, and spends no ticket`, async t => {
      const full = await stageFor(t, where, { ...DEAR, MAX_CALLS: '1' })
      await dearCall(full)
      const ticket = await takeTicket(full.service.url, {}, as(1))
      const told = []
      for (const offer of ['v=1', OFFER, OFFER]) told.push(await outcome(full.service.url, ticket, 1, offer))
      assert.deepEqual(told, ['invalid_sdp', 'overloaded', 'overloaded'])

      const roomy = await stageFor(t, where, { ...DEAR, MAX_CALLS: '2' })
      const call = await dearCall(roomy)
      const { url } = roomy.service
      const unspent = await takeTicket(url, {}, as(1))
      assert.deepEqual(
        [await outcome(url, unspent, 1), await outcome(url, unspent, 1)],
        ['too_many_calls', 'too_many_calls'],
      )
      assert.deepEqual(await refusalOf(url, unspent, 1), { limit: 1, remaining: 0 })
      await call.end()
      assert.deepEqual(
        [await outcome(url, unspent, 1), await outcome(url, unspent, 1)],
        ['budget_exhausted', 'budget_exhausted'],
      )
      const { reset_time, ...own } = await refusalOf(url, unspent, 1)
      assert.deepEqual(own, { limit: 0.005, remaining: 0 })
      assert.match(reset_time, MIDNIGHT)
      assert.equal(await outcome(url, await takeTicket(url, {}, as(2)), 2), 201, 'another client has money of its own')
    })

    it(`${where}: what all calls may cost in a day is told to no caller, only when it begins anew`, async t => {
      const stage = await stageFor(t, where, { DAILY_USD_BUDGET: '0.005', CLIENT_DAILY_USD: '0.005' })
      await dearCall(stage)
      for (const client of [1, 2]) {
        const { url } = stage.service
        const { reset_time, ...told } = await refusalOf(url, await takeTicket(url, {}, as(client)), client)
        assert.deepEqual(told, { remaining: 0 })
        assert.match(reset_time, MIDNIGHT)
      }
    })

    it(`${where}: the room of a call comes back when OpenAI refuses it, and when it ends`, async t => {
      const { service, openai } = await stageFor(t, where, { MAX_CALLS: '1', MAX_CALLS_PER_CLIENT: '1' })
      const place = async () => outcome(service.url, await takeTicket(service.url, {}, as(1)), 1)
      openai.behave({ place: answer => answer.writeHead(500).end('{}') })
      assert.equal(await place(), 'upstream_unavailable')
      openai.behave({})
      assert.equal(await place(), 201)
      await endCall(service.url, openai.placed.at(-1)?.id ?? '', ADMIN_TOKEN)
      assert.equal(await place(), 201)
    })

    it(`${where}: calls are listed newest first, and in pages`, async t => {
      const { service } = await stageFor(t, where, {})
      const ids: string[] = []
      for (const client of [1, 2, 3]) ids.unshift((await placeCall(service.url, {}, as(client))).id)
      const page = async (query: string) => {
        const { json } = await listCalls(service.url, query, ADMIN_TOKEN)
        return { ids: json.calls.map(({ id }: { id: string }) => id), next: json.next }
      }
      const { ids: newest, next } = await page('limit=2')
      assert.deepEqual(newest, ids.slice(0, 2))
      assert.deepEqual(await page(`limit=2&before=${next}`), { ids: ids.slice(2), next: null })
    })
  })

import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type RedisServer, startRedis } from '../../../../../test/harness/redis.ts'
import { systemClock } from '../../clock.ts'
import { Secret } from '../../secret.ts'
import { decideSession } from '../../session.ts'
import { connectStore, LONG_PATIENCE_MS, type Store } from '../../store/redis.ts'
import { type LiveCall, noUsage } from '../call.ts'
import { driftAccount } from '../drift-account.ts'
import { usageLedger } from '../ledger.ts'
import type { CallStore } from '../store.ts'
import { sealWith } from './seal.ts'
import { redisCallStore } from './store.ts'

const NO_LIMITS = { maxCalls: 100, maxCallsPerClient: 100, dailyUsd: 0, clientDailyUsd: 0 }
const DAY_MS = 86_400_000
const SEAL = sealWith(new Secret(Buffer.alloc(32, 'a').toString('base64url')))
const DEFAULTS = { REALTIME_MODEL: 'gpt-realtime', REALTIME_VOICE: 'verse', DEFAULT_INSTRUCTIONS: '' }
const SESSION = decideSession({}, DEFAULTS, 0)

let redis: RedisServer
const connections: Store[] = []
before(async () => {
  redis = await startRedis()
})
after(async () => {
  for (const connection of connections) connection.close()
  await redis.kill()
})

/** The store as an instance of this name has it. */
async function instance(name: string, historyMs = DAY_MS, patienceMs = LONG_PATIENCE_MS): Promise<CallStore> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const connection = connectStore(new Secret(redis.url), systemClock, ({ up }) => up && resolve(up), patienceMs)
  connections.push(connection)
  await promise
  return redisCallStore(connection, NO_LIMITS, { ticketMs: 600_000, placingMs: 10_000, historyMs }, SEAL, name)
}

function begun(id: string): LiveCall {
  const rest = { client: 'ann', sessionId: 'sess_1', session: SESSION, usage: noUsage(), drifts: 0, reason: undefined }
  return { id, ticketHash: `hash of ${id}`, ...rest, ageMs: 20_000, idleMs: 10_000 }
}

it('tells the age of a call that was taken over by the clock of Redis, however wrong our own is', async t => {
  const [one, two] = [await instance('one'), await instance('two')]
  await one.begin(begun('rtc_age'))
  await one.noteDrifts('rtc_age', 1)
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 86_400_000 })
  await two.renew([], true)
  assert.equal(await one.handOver(['rtc_age']), true)
  const [call] = await two.takeOver()
  assert.deepEqual([call?.id, call?.drifts], ['rtc_age', 1])
  for (const [ms, least] of [
    [call?.ageMs, 20_000],
    [call?.idleMs, 10_000],
  ])
    assert.ok(ms !== undefined && least !== undefined && ms >= least && ms < least + 60_000, `${ms} ms`)
})

it('mends the age of a call that Redis heard of late, so that its longest time holds after a takeover', async () => {
  const [one, two] = [await instance('slow one'), await instance('slow two')]
  const call = { ...begun('rtc_slow'), ageMs: 0 }
  await one.begin(call)
  await one.renew([{ ...call, ageMs: 18_000 }], true)
  await one.renew([{ ...call, ageMs: 100 }], true)
  await two.renew([], true)
  assert.equal(await one.handOver(['rtc_slow']), true)
  const taken = (await two.takeOver()).find(({ id }) => id === 'rtc_slow')
  assert.ok(taken && taken.ageMs >= 18_000 && taken.ageMs < 60_000, `${taken?.ageMs} ms`)
})

it('knows what a call has cost and how often it was changed that it is told of late', async () => {
  const [one, two] = [await instance('late one'), await instance('late two')]
  const before = { ...noUsage(), tokens: { audio_out: 200 }, usd: 0.0125, responses: 2 }
  await one.begin({ ...begun('rtc_late'), usage: before, drifts: 2 })
  assert.deepEqual((await one.receipt('rtc_late'))?.usage, before)
  const usage = { ...noUsage(), tokens: { audio_out: 8000 }, usd: 0.5, responses: 1 }
  await one.addUsage(begun('rtc_late'), { name: 'resp_1', usage })
  await two.renew([], true)
  assert.equal(await one.handOver(['rtc_late']), true)
  const call = (await two.takeOver()).find(({ id }) => id === 'rtc_late')
  const both = { ...noUsage(), tokens: { audio_out: 8200 }, usd: 0.5125, responses: 3 }
  assert.deepEqual([call?.usage, call?.drifts], [both, 2])
})

it('keeps a ticket as long as the receipt that it reads', async () => {
  const store = await instance('five')
  const call = begun('rtc_kept')
  const hoursLeft = async (key: string) => Math.ceil(Number(await redis.ask('TTL', key)) / 3600)
  const both = async () => [
    await hoursLeft('parker:call:rtc_kept'),
    await hoursLeft(`parker:ticket:${call.ticketHash}`),
  ]
  await store.keepTicket(call.ticketHash, call)
  assert.deepEqual(await store.admit(call.ticketHash, call.client), { kind: 'admitted' })
  await store.begin(call)
  assert.deepEqual(await both(), [26, 26], 'the longest call, and then a day')
  await store.finish('rtc_kept')
  assert.deepEqual(await both(), [24, 24])
  assert.deepEqual(await store.ticket(call.ticketHash), { kind: 'used', callId: 'rtc_kept' })
})

it('keeps a spent ticket for its own life at least, however soon receipts are forgotten', async () => {
  const store = await instance('short', 60_000)
  const call = begun('rtc_short')
  await store.keepTicket(call.ticketHash, call)
  await store.admit(call.ticketHash, call.client)
  await store.begin(call)
  await store.finish('rtc_short')
  assert.ok(Number(await redis.ask('TTL', `parker:ticket:${call.ticketHash}`)) > 590)
})

it('tells whether calls that were left to others are still nobody’s', async () => {
  const [one, two] = [await instance('leaver'), await instance('heir')]
  await one.begin(begun('rtc_left'))
  await two.renew([], true)
  assert.equal(await one.handOver(['rtc_left']), true)
  assert.equal(await one.unclaimed(['rtc_left', 'rtc_unknown']), true)
  await two.takeOver()
  assert.equal(await one.unclaimed(['rtc_left', 'rtc_unknown']), false)
})

it('keeps the first reason, whichever instance gives it, and tells of an end once', async () => {
  const [three, four] = [await instance('three'), await instance('four')]
  await three.begin(begun('rtc_reason'))
  assert.deepEqual(
    [await four.beginEnd('rtc_reason', 'owner'), await three.beginEnd('rtc_reason', 'idle')],
    ['owner', 'owner'],
  )
  assert.equal((await three.finish('rtc_reason'))?.reason, 'owner')
  assert.equal(await four.finish('rtc_reason'), undefined)
})

it('lists a running call behind any number of calls whose receipts have lapsed, and takes those off the list', async () => {
  const store = await instance('lister', 1)
  await store.begin(begun('rtc_running'))
  for (let n = 0; n < 101; n++) {
    // Younger than the one that runs.
    await store.begin({ ...begun(`rtc_lapsed_${n}`), ageMs: 0 })
    await store.finish(`rtc_lapsed_${n}`)
  }
  while ((await redis.ask('EXISTS', 'parker:call:rtc_lapsed_100')) !== '0');
  const found: string[] = []
  let next: number | undefined
  do {
    const page = await store.page(next, 100)
    found.push(...page.receipts.map(({ id }) => id))
    next = page.next
  } while (next !== undefined)
  assert.ok(found.includes('rtc_running'), `found ${found}`)
  assert.doesNotMatch(await redis.ask('ZRANGE', 'parker:calls', '0', '-1'), /lapsed/)
})

it('books once what a call has used, on its receipt and on both days, though Redis answers too late', async () => {
  const [store, impatient] = [await instance('patient'), await instance('impatient', DAY_MS, 200)]
  const call = { ...begun('rtc_twice'), client: 'bob' }
  await store.begin(call)
  const day = Math.floor(Number((await redis.ask('TIME')).split('\n')[0]) / 86_400)
  const spent = async (key: string) => Number(await redis.ask('GET', key))
  const before = await spent(`parker:usd:${day}`)
  let missed = 0
  const ledger = usageLedger(
    entry => impatient.addUsage(call, entry),
    () => missed++,
  )
  redis.pause()
  ledger.add({ ...noUsage(), usd: 1, responses: 1 }, 'resp_1')
  await ledger.flush()
  redis.resume()
  assert.ok(missed > 0)
  ledger.add({ ...noUsage(), usd: 0.5, responses: 1 }, 'resp_2')
  while (!(await ledger.flush())) await sleep(100)
  const { usage } = (await store.receipt('rtc_twice')) ?? {}
  assert.deepEqual([usage?.usd, usage?.responses], [1.5, 2])
  assert.equal(await spent(`parker:usd:${day}:bob`), 1.5)
  assert.ok(Math.abs((await spent(`parker:usd:${day}`)) - before - 1.5) < 1e-6)
})

it('takes over a call whose session has another release’s shape as one that can only be ended', async () => {
  const [one, two] = [await instance('old release'), await instance('new release')]
  const odd = {
    rtc_no_json: 'x',
    rtc_null: 'null',
    rtc_no_model: '{"voice":"verse","difficulty":"easy","instructions":"i"}',
  }
  for (const [id, text] of Object.entries(odd)) {
    await one.begin(begun(id))
    await redis.ask('HSET', `parker:call:${id}`, 'session', SEAL.close(text))
  }
  await two.renew([], true)
  await one.handOver(Object.keys(odd))
  const taken = (await two.takeOver()).filter(({ id }) => id in odd)
  assert.deepEqual(Object.fromEntries(taken.map(({ id, reason }) => [id, reason])), {
    rtc_no_json: 'unobserved',
    rtc_null: 'unobserved',
    rtc_no_model: 'unobserved',
  })
  for (const { session } of taken) assert.equal(session.model.served, SESSION.model.served)
})

it('learns in the end how often a session was changed, though it was away when it was told', async () => {
  const [store, impatient] = [await instance('watching'), await instance('drifting', DAY_MS, 200)]
  await store.begin(begun('rtc_drifts'))
  let drifts = 0
  let missed = 0
  const account = driftAccount(
    () => impatient.noteDrifts('rtc_drifts', drifts),
    () => missed++,
  )
  redis.pause()
  while (drifts < 2) {
    drifts++
    account.changed()
    await account.flush()
  }
  redis.resume()
  assert.ok(missed > 0)
  while (!(await account.flush())) await sleep(100)
  assert.equal((await store.receipt('rtc_drifts'))?.drifts, drifts)
  await store.noteDrifts('rtc_drifts', 1)
  assert.equal((await store.receipt('rtc_drifts'))?.drifts, drifts, 'never fewer')
})

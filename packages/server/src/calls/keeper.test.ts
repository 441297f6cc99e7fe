import assert from 'node:assert/strict'
import { it } from 'node:test'
import { systemClock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import type { CallEnd, CallEvents } from '../observe/call-events.ts'
import { decideSession } from '../session.ts'
import type { SocketHandlers } from '../upstream/socket.ts'
import { type LiveCall, noUsage } from './call.ts'
import { callKeeper, type KeeperParts } from './keeper.ts'
import { memoryCallStore } from './memory/store.ts'
import type { CallStore } from './store.ts'

const LIMITS = { maxCalls: 10, maxCallsPerClient: 10, dailyUsd: 0, clientDailyUsd: 0 }
const CONFIG = { MAX_CALL_SECONDS: 600, CALL_IDLE_SECONDS: 60, MAX_CALL_USD: 0, CALL_DRIFT: 'restore' } as Config
const CALL: LiveCall = {
  id: 'rtc_1',
  ticketHash: 'ticket',
  client: 'client',
  sessionId: 'sess_1',
  session: decideSession({}, { REALTIME_MODEL: 'm', REALTIME_VOICE: 'v', DEFAULT_INSTRUCTIONS: 'i' }, 0),
  ...{ ageMs: 0, idleMs: 0, usage: noUsage(), drifts: 0, reason: undefined },
}

/** A keeper over this store; tells of the ends it told, and lets the test speak on the line into the call. */
function keeperOver(store: CallStore, parts: Partial<KeeperParts> = {}) {
  const ends: [reason: string, usd: number][] = []
  const faults: string[][] = []
  const heard = Promise.withResolvers<SocketHandlers>()
  const quiet = () => {}
  const events = {
    ...{ storeMissed: quiet, hangUpFailed: quiet },
    hangUpGivenUp: (id: string) => void ends.push([`${id} goes on`, 0]),
    watchFailed: (...told: unknown[]) => void faults.push(told.map(String)),
    callEnded: ({ reason, usd }: CallEnd) => void ends.push([reason, usd]),
    accountLeftOpen: (id: string, reason: string, end?: CallEnd) =>
      void ends.push([`${id} left: ${reason}`, end?.usd ?? 0]),
  } as unknown as CallEvents
  const keeper = callKeeper({
    config: CONFIG,
    clock: systemClock,
    store,
    api: { place: () => Promise.reject(), hangUp: async () => true },
    async join(_callId, handlers) {
      heard.resolve(handlers)
      return { send: quiet, close: quiet }
    },
    meterFor: () => ({ read: () => undefined }),
    events,
    ...parts,
  })
  return { keeper, ends, faults, line: heard.promise }
}

const away = () => Promise.reject(new Error('the store is away'))

it('keeps the reason of an end through a store that forgets everything meanwhile and is told anew of the call', async () => {
  const store = memoryCallStore(LIMITS, 1000, 1000, systemClock)
  const forgetful = { ...store, beginEnd: away }
  const { keeper, ends } = keeperOver(forgetful, {
    api: {
      place: () => Promise.reject(),
      // As the next report would.
      async hangUp() {
        await store.begin(CALL)
        forgetful.beginEnd = store.beginEnd as typeof away
        return true
      },
    },
  })
  keeper.watch(CALL, false)
  await keeper.end(CALL.id, 'max_seconds')
  assert.deepEqual(ends, [['max_seconds', 0]])
})

it('tells of an end at the latest when it stops, by what it knows itself, where the store stays away', async () => {
  const store = memoryCallStore(LIMITS, 1000, 1000, systemClock)
  const { keeper, ends, line } = keeperOver(
    { ...store, beginEnd: away, addUsage: away, receipt: away, finish: away },
    { meterFor: () => ({ read: () => ({ ...noUsage(), usd: 0.25, responses: 1 }) }) },
  )
  keeper.watch(CALL, false)
  ;(await line).onEvent({ type: 'response.done' })
  void keeper.end(CALL.id, 'owner')
  await keeper.stop(2000)
  assert.deepEqual(ends, [['owner', 0.25]])
})

it('leaves it to whoever takes a call over to tell of its end, where the store knows it as open', async () => {
  const store = memoryCallStore(LIMITS, 1000, 1000, systemClock)
  const { keeper, ends, line } = keeperOver(
    { ...store, shared: true, finish: away },
    { meterFor: () => ({ read: () => ({ ...noUsage(), usd: 0.25, responses: 1 }) }) },
  )
  await store.begin(CALL)
  keeper.watch(CALL, false)
  ;(await line).onEvent({ type: 'response.done' })
  void keeper.end(CALL.id, 'shutdown')
  await keeper.stop(1000)
  assert.deepEqual(ends, [['rtc_1 left: shutdown', 0.25]])
})

it('tells of a call that goes on, since its hang-up did not hold until it stops', async () => {
  const store = memoryCallStore(LIMITS, 1000, 1000, systemClock)
  const failing = { place: () => Promise.reject(), hangUp: async () => false }
  const { keeper, ends } = keeperOver(store, { api: failing })
  keeper.watch(CALL, false)
  void keeper.end(CALL.id, 'owner')
  await keeper.stop(50)
  assert.deepEqual(ends, [['rtc_1 goes on', 0]])
})

for (const [promise, misses] of [
  ['closes an account with what the store missed until just before', 2],
  ['closes no account while something that was used is still to be booked', 3],
] as const)
  it(promise, async () => {
    const store = memoryCallStore(LIMITS, 1000, 1000, systemClock)
    await store.begin(CALL)
    let tries = 0
    const { keeper, ends, line } = keeperOver(
      { ...store, addUsage: (...entry) => (++tries > misses ? store.addUsage(...entry) : away()) },
      { meterFor: () => ({ read: () => ({ ...noUsage(), usd: 0.25, responses: 1 }) }) },
    )
    keeper.watch(CALL, false)
    ;(await line).onEvent({ type: 'response.done' })
    await keeper.end(CALL.id, 'owner')
    assert.deepEqual(ends, [['owner', 0.25]])
  })

it('hangs up though the store does not answer', { timeout: 30_000 }, async () => {
  const silent = { ...memoryCallStore(LIMITS, 1000, 1000, systemClock), beginEnd: () => new Promise<never>(() => {}) }
  const hungUp = Promise.withResolvers<string>()
  const { keeper } = keeperOver(silent, {
    api: {
      place: () => Promise.reject(),
      async hangUp(id) {
        hungUp.resolve(id)
        return true
      },
    },
  })
  keeper.watch(CALL, false)
  void keeper.end(CALL.id, 'owner')
  assert.equal(await hungUp.promise, CALL.id)
  await keeper.stop(0)
})

it('tells of a call that it has hung up and does not watch as one that is over, with the reason that was first', async () => {
  const store = memoryCallStore(LIMITS, 1000, 1000, systemClock)
  await store.begin(CALL)
  await store.beginEnd(CALL.id, 'owner')
  const { keeper, ends } = keeperOver({ ...store, shared: true, finish: away })
  void keeper.end(CALL.id, 'operator')
  await keeper.stop(1000)
  assert.deepEqual(ends, [['rtc_1 left: owner', 0]])
})

it('ends a call whose event nobody could foresee, and nothing else, and says once what happened', async () => {
  const store = memoryCallStore(LIMITS, 1000, 1000, systemClock)
  await store.begin(CALL)
  const { keeper, ends, faults, line } = keeperOver(store, {
    meterFor: () => ({
      read() {
        throw new RangeError('Maximum call stack size exceeded')
      },
    }),
  })
  keeper.watch(CALL, false)
  const { onEvent } = await line
  for (const type of ['response.done', 'response.created']) onEvent({ type })
  await keeper.end(CALL.id, 'owner')
  assert.deepEqual(ends, [['unobserved', 0]])
  const cause = 'RangeError: Maximum call stack size exceeded'
  assert.deepEqual(faults, [[CALL.id, 'response.done', cause, CALL.session.instructions]])
})

it('joins a call once, also when a lease that had lapsed makes it look like one to be taken over', () => {
  let joined = 0
  const keeper = callKeeper({
    config: CONFIG,
    clock: systemClock,
    store: memoryCallStore(LIMITS, 1000, 1000, systemClock),
    api: { place: () => Promise.reject(), hangUp: async () => true },
    join(_callId, _handlers, signal) {
      joined++
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    },
    meterFor: () => ({ read: () => undefined }),
    events: {} as CallEvents,
  })
  assert.equal(keeper.watch(CALL, false), true)
  assert.equal(keeper.watch({ ...CALL, ageMs: 9000 }, true), false)
  assert.deepEqual([joined, keeper.active], [1, 1])
  keeper.leave(CALL.id)
})

it('tells a store that was away of a drift with the next report', async () => {
  const store = memoryCallStore(LIMITS, 1000, 1000, systemClock)
  await store.begin(CALL)
  const missed = Promise.withResolvers<string[]>()
  const shaky = { ...store, noteDrifts: away as CallStore['noteDrifts'] }
  const { keeper, line } = keeperOver(shaky, {
    events: {
      drifted() {},
      storeMissed: (whose: object, what: string, cause: unknown) =>
        missed.resolve([JSON.stringify(whose), what, String(cause)]),
    } as unknown as CallEvents,
  })
  keeper.watch(CALL, false)
  ;(await line).onEvent({ type: 'session.updated', session: { instructions: 'Sing.' } })
  assert.deepEqual(await missed.promise, ['{"callId":"rtc_1"}', 'drift', 'Error: the store is away'])
  shaky.noteDrifts = store.noteDrifts
  await keeper.report(false)
  assert.equal((await store.receipt(CALL.id))?.drifts, 1)
  keeper.leave(CALL.id)
})

it('tells a store that has forgotten everything of all its calls at once', async () => {
  const told: string[] = []
  const slow = {
    ...memoryCallStore(LIMITS, 1000, 1000, systemClock),
    renew: async (calls: readonly object[]) => calls.map(() => 'missing'),
    begin({ id }: LiveCall) {
      told.push(id)
      return new Promise(() => {})
    },
  } as unknown as CallStore
  const { keeper } = keeperOver(slow)
  for (const id of ['rtc_1', 'rtc_2']) keeper.watch({ ...CALL, id }, false)
  void keeper.report(false)
  await new Promise(resolve => setImmediate(resolve))
  assert.deepEqual(told, ['rtc_1', 'rtc_2'])
  for (const id of told) keeper.leave(id)
})

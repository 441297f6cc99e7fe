import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ServiceError } from '../errors.ts'
import type { CallEvents } from '../observe/call-events.ts'
import type { Keeper } from './keeper.ts'
import type { CallStore } from './store.ts'
import { tendCalls } from './tending.ts'

test('an instance that starts before the store is reached makes itself known soon after, then reports at its pace', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let reached = false
  let count = 0
  const keeper = {
    async report() {
      count++
      if (!reached) throw new ServiceError('store_unavailable')
    },
  } as unknown as Keeper
  const store = { takeOver: async () => [] } as unknown as CallStore
  const afterMs = async (milliseconds: number) => {
    t.mock.timers.tick(milliseconds)
    await new Promise(resolve => setImmediate(resolve))
    return count
  }

  tendCalls(store, keeper, {} as CallEvents, () => 0)
  assert.equal(await afterMs(0), 1)
  reached = true
  assert.equal(await afterMs(100), 2)
  assert.equal(await afterMs(1900), 2)
  assert.equal(await afterMs(100), 3)
})

test('reports keep their pace with a store that takes its time', async t => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const begunAt: number[] = []
  const keeper = {
    async report() {
      begunAt.push(Date.now())
      await new Promise(resolve => setTimeout(resolve, 1400))
    },
  } as unknown as Keeper
  const store = { takeOver: async () => [] } as unknown as CallStore

  tendCalls(store, keeper, {} as CallEvents, Date.now)
  while (begunAt.length < 3) {
    await new Promise(resolve => setImmediate(resolve))
    t.mock.timers.tick(100)
  }
  assert.deepEqual(begunAt, [0, 2000, 4000])
})

test('at the end our calls are reported before and after they are handed over, so that the store knows all of them', async () => {
  const asked: string[] = []
  const keeper = {
    async report() {
      asked.push('report')
    },
    idsToLeave: () => ['rtc_1'],
    leave: (id: string) => asked.push(`leave ${id}`),
    stop: async () => {},
  } as unknown as Keeper
  const store = {
    takeOver: async () => [],
    async handOver(ids: string[]) {
      asked.push(`hand over ${ids}`)
      return true
    },
  } as unknown as CallStore
  const events = { handedOver() {} } as unknown as CallEvents

  const tending = tendCalls(store, keeper, events, () => 0)
  await new Promise(resolve => setImmediate(resolve))
  await tending.stop(1000)
  assert.deepEqual(asked, ['report', 'report', 'hand over rtc_1', 'report', 'leave rtc_1'])
})

test('a call that is taken over and cannot be watched is ended, the others are watched, and our own are not told as taken', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const seen: string[] = []
  const keeper = {
    report: async () => {},
    watch({ id }: { id: string }) {
      if (id === 'rtc_odd') throw new TypeError('no model')
      seen.push(`watch ${id}`)
      return id !== 'rtc_2'
    },
    end: async (id: string, reason: string) => void seen.push(`end ${id} ${reason}`),
  } as unknown as Keeper
  const store = {
    takeOver: async () => [{ id: 'rtc_1' }, { id: 'rtc_odd' }, { id: 'rtc_2' }],
  } as unknown as CallStore
  const events = {
    takenOver: (id: string) => seen.push(`taken ${id}`),
    takeOverFailed: (id: string, cause: unknown) => seen.push(`told ${id} ${cause}`),
  } as unknown as CallEvents

  tendCalls(store, keeper, events, () => 0)
  await new Promise(resolve => setImmediate(resolve))
  assert.deepEqual(seen, [
    'watch rtc_1',
    'taken rtc_1',
    'told rtc_odd TypeError: no model',
    'end rtc_odd unobserved',
    'watch rtc_2',
  ])
})

test('a fault of our own in a round is told, a store that is away is not', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const faults: unknown[] = []
  const errors = [new ServiceError('store_unavailable'), new TypeError('ours')]
  const keeper = { report: () => Promise.reject(errors.shift()) } as unknown as Keeper
  const events = { tendingFailed: (cause: unknown) => faults.push(cause) } as unknown as CallEvents

  tendCalls({} as CallStore, keeper, events, () => 0)
  for (const told of [[], ['TypeError: ours']]) {
    await new Promise(resolve => setImmediate(resolve))
    assert.deepEqual(faults.map(String), told)
    t.mock.timers.tick(100)
  }
})

for (const graceMs of [10_000, 2000])
  test(`with a store that takes its time, calls are hung up within a grace of ${graceMs} ms`, async t => {
    t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
    const passMs = async (milliseconds: number) => {
      for (const until = Date.now() + milliseconds; Date.now() < until; t.mock.timers.tick(10))
        await new Promise(resolve => setImmediate(resolve))
    }
    const slow = <T>(answer: T) => new Promise<T>(resolve => setTimeout(resolve, 1400, answer))
    let hungUpAt: number | undefined
    let hangUpMs: number | undefined
    const keeper = {
      report: () => slow(undefined),
      idsToLeave: () => ['rtc_1'],
      leave: () => assert.fail('nobody has taken it'),
      async end() {
        hungUpAt = Date.now()
      },
      async stop(forMs: number) {
        hangUpMs = forMs
      },
    } as unknown as Keeper
    const store = {
      takeOver: () => slow([]),
      handOver: () => slow(true),
      unclaimed: () => slow(true),
    } as unknown as CallStore

    const tending = tendCalls(store, keeper, {} as CallEvents, Date.now)
    await passMs(1500)
    const begunAt = Date.now()
    const stopped = tending.stop(graceMs)
    await passMs(graceMs)
    assert.ok(hungUpAt !== undefined && hangUpMs !== undefined, 'it is hung up')
    assert.ok(hangUpMs >= 400, `${hangUpMs} ms are left for it`)
    assert.ok(hungUpAt + hangUpMs <= begunAt + graceMs)
    await stopped
  })

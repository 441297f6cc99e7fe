import assert from 'node:assert/strict'
import { test } from 'node:test'
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
      if (!reached) throw new Error('the store is down')
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

test('at the end our calls are reported once more, so that the store knows all that it is to hand over', async () => {
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
  assert.deepEqual(asked, ['report', 'report', 'hand over rtc_1', 'leave rtc_1'])
})

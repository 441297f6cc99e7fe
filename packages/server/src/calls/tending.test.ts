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

  tendCalls(store, keeper, {} as CallEvents)
  assert.equal(await afterMs(0), 1)
  reached = true
  assert.equal(await afterMs(100), 2)
  assert.equal(await afterMs(1900), 2)
  assert.equal(await afterMs(100), 3)
})

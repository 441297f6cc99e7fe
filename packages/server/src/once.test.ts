import assert from 'node:assert/strict'
import { test } from 'node:test'
import { once } from './once.ts'

test('what is to be done once is done once, also where it fails', () => {
  let times = 0
  const act = once(() => {
    times++
    throw new Error('in vain')
  })
  assert.throws(act, /in vain/)
  act()
  assert.equal(times, 1)
})

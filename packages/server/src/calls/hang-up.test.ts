import assert from 'node:assert/strict'
import { it } from 'node:test'
import { hangUpUntilItHolds } from './hang-up.ts'

it('tries until it holds, and says how often it did not', async t => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const answers = [false, false, false, true]
  let failures = 0
  const work = hangUpUntilItHolds(
    async () => answers.shift() ?? true,
    3_600_000,
    Date.now,
    () => failures++,
    new AbortController().signal,
  )
  for (let i = 0; i < 100; i++) {
    await new Promise(resolve => setImmediate(resolve))
    t.mock.timers.tick(100)
  }
  assert.equal(await work, true)
  assert.equal(failures, 3)
})

it('gives up when its time has passed, or when it is told to', async () => {
  const never = async () => false
  assert.equal(await hangUpUntilItHolds(never, 0, Date.now, () => {}, new AbortController().signal), false)
  const stop = new AbortController()
  const work = hangUpUntilItHolds(never, 3_600_000, Date.now, () => stop.abort(), stop.signal)
  assert.equal(await work, false)
})

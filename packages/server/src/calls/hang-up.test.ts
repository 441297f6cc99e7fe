import assert from 'node:assert/strict'
import { it } from 'node:test'
import { hangUpUntilItHolds } from './hang-up.ts'

it('tries until it holds, and says how often it did not', async t => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const answers = [false, false, false, true]
  let failures = 0
  const work = hangUpUntilItHolds({
    hangUp: async () => answers.shift() ?? true,
    onFailure: () => failures++,
    forMs: 3_600_000,
    mono: Date.now,
    signal: new AbortController().signal,
  })
  for (let i = 0; i < 100; i++) {
    await new Promise(resolve => setImmediate(resolve))
    t.mock.timers.tick(100)
  }
  assert.equal(await work, true)
  assert.equal(failures, 3)
})

it('gives up when its time has passed, or when it is told to', async () => {
  const never = { hangUp: async () => false, mono: Date.now }
  const { signal } = new AbortController()
  assert.equal(await hangUpUntilItHolds({ ...never, forMs: 0, signal, onFailure() {} }), false)
  const stop = new AbortController()
  const stopped = { forMs: 3_600_000, signal: stop.signal, onFailure: () => stop.abort() }
  assert.equal(await hangUpUntilItHolds({ ...never, ...stopped }), false)
})

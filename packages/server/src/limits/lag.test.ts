import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { lagMeter } from './lag.ts'

/** Ticks come `lateMs` late, one after the other. */
function lagAfter(t: TestContext, lateness: readonly number[]): number {
  t.mock.timers.enable({ apis: ['setInterval'] })
  let now = 0
  const lag = lagMeter(() => now)
  for (const lateMs of lateness) {
    now += 50 + lateMs
    t.mock.timers.tick(50)
  }
  lag.stop()
  return lag.milliseconds
}

test('an event loop that is in time has no lag', t => {
  assert.equal(lagAfter(t, Array(100).fill(0)), 0)
})

test('one long pause is no overload', t => {
  assert.ok(lagAfter(t, [2000]) < 500)
})

test('an event loop that is late all the time is so late after two seconds', t => {
  const lag = lagAfter(t, Array(40).fill(1000))
  assert.ok(lag > 950 && lag <= 1000, String(lag))
})

test('it is forgotten within two seconds of being in time', t => {
  assert.ok(lagAfter(t, [...Array(40).fill(1000), ...Array(40).fill(0)]) < 50)
})

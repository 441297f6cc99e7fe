import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { openAiHealth, probeRegularly } from './health.ts'

test('nothing heard counts as connected, but is not known', () => {
  const health = openAiHealth(() => {})
  assert.deepEqual([health.connected, health.known], [true, false])
  health.note(true)
  assert.deepEqual([health.connected, health.known], [true, true])
})

test('the last news counts, and every change is told once', () => {
  const told: boolean[] = []
  const health = openAiHealth(connected => told.push(connected))
  for (const news of [false, false, true, true, false]) health.note(news)
  assert.equal(health.connected, false)
  assert.deepEqual(told, [false, true, false])
})

test('a probe begins an interval after the last has ended, until stopped', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const ends: (() => void)[] = []
  const stop = probeRegularly(() => new Promise(resolve => ends.push(resolve)), 1000)
  t.mock.timers.tick(1000)
  assert.equal(ends.length, 1)
  t.mock.timers.tick(5000)
  assert.equal(ends.length, 1, 'one at a time')
  ends[0]?.()
  await nextTurn()
  t.mock.timers.tick(1000)
  assert.equal(ends.length, 2)
  stop()
  ends[1]?.()
  await nextTurn()
  t.mock.timers.tick(5000)
  assert.equal(ends.length, 2)
})

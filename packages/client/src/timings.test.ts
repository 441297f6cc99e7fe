import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createStopwatch } from './timings.ts'

it('tells the way from a click to the first sound, and the gap of each turn', async () => {
  let now = 1000
  const stopwatch = createStopwatch(() => now)
  await stopwatch.time('token_ms', async () => {
    now += 450
  })
  stopwatch.clicked()
  now += 200
  stopwatch.connected()
  now += 300
  stopwatch.heard()
  stopwatch.turnEnded()
  now += 700
  stopwatch.heard()
  stopwatch.heard()
  assert.deepEqual(stopwatch.timings, {
    token_ms: 450,
    click_to_connected_ms: 200,
    connected_to_first_audio_ms: 300,
    turn_gaps_ms: [700],
  })
  assert.equal(stopwatch.talkSeconds(), 1)
})

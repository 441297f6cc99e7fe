import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { silence, tone } from '../../../../../test/harness/signals.ts'
import { truePeak } from './true-peak.ts'

const RATE = 24_000

/** EBU Tech 3341, tests 15 to 19: share of the rate, phase in degrees, amplitude, dBTP. */
const TONES = [
  { over: 4, phase: 0, amplitude: 0.5, expected: -6 },
  { over: 4, phase: 45, amplitude: 0.5, expected: -6 },
  { over: 6, phase: 60, amplitude: 0.5, expected: -6 },
  { over: 8, phase: 67.5, amplitude: 0.5, expected: -6 },
  { over: 4, phase: 45, amplitude: 1.41, expected: 3 },
]

/** Fades of 10 ms, as the test files have them: a tone that begins at once overshoots by itself. */
function faded({ over, phase, amplitude }: (typeof TONES)[number]) {
  const sound = tone({ hz: RATE / over, seconds: 1, db: 20 * Math.log10(amplitude), phase })
  const fade = RATE / 100
  const samples = sound.samples.map((x, i) => x * Math.min(1, i / fade, (sound.samples.length - 1 - i) / fade))
  return { samples, rate: RATE }
}

describe('true peak', () => {
  for (const [i, signal] of TONES.entries())
    it(`reads test ${15 + i} of EBU Tech 3341: a tone at a ${signal.over}th of the rate, ${signal.phase}°`, () => {
      const error = truePeak(faded(signal)) - signal.expected
      assert.ok(error <= 0.2 && error >= -0.4, `off by ${error} dB`)
    })

  it('sees 3 dB that no sample shows', () => {
    const sound = faded({ over: 4, phase: 45, amplitude: 1, expected: 0 })
    assert.ok(Math.max(...sound.samples) < 0.71)
    assert.ok(truePeak(sound) > -0.4)
  })

  it('is -100 dBTP for silence and for nothing', () => {
    assert.equal(truePeak(silence(1)), -100)
    assert.equal(truePeak(silence(0)), -100)
  })
})

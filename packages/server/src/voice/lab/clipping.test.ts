import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { join, noise, silence, tone } from '../../../../../test/harness/signals.ts'
import { clippedRuns } from './clipping.ts'
import { fromPcm, type Sound, toPcm } from './sound.ts'

/** Through 16 bits, where what is too loud is cut off. */
const recorded = (sound: Sound) => fromPcm(toPcm(sound))
const scaled = ({ samples, rate }: Sound, by: number) => ({ samples: samples.map(x => x * by), rate })

describe('clipping', () => {
  it('is found at each top of a sine that is 6 dB too loud', () => {
    const runs = clippedRuns(recorded(tone({ hz: 200, seconds: 1, db: 6 })))
    assert.equal(runs.length, 400)
    // Half of full scale is passed from 30° to 150°: a third of the period, 40 samples.
    for (const { samples } of runs) assert.ok(samples >= 39 && samples <= 41, `${samples} samples`)
  })

  it('is found where it happened', () => {
    const runs = clippedRuns(recorded(join(silence(1), tone({ hz: 50, seconds: 0.01, db: 6 }), silence(1))))
    assert.equal(runs.length, 1)
    assert.ok(Math.abs((runs[0]?.at ?? 0) - (1 + 1 / 600)) < 0.001)
  })

  it('is found also when the wave was turned down afterwards', () => {
    const cut = recorded(tone({ hz: 200, seconds: 1, db: 6 }))
    assert.equal(clippedRuns(recorded(scaled(cut, 0.4))).length, 400)
  })

  it('is not found in whole waves, loud or quiet', () => {
    for (const hz of [100, 200, 440, 1000, 6000])
      for (const db of [-0.1, -3, -12, -40]) {
        const whole = recorded(tone({ hz, seconds: 1, db }))
        assert.deepEqual(clippedRuns(whole), [], `${hz} Hz at ${db} dB`)
      }
    assert.deepEqual(clippedRuns(recorded(noise(1, -20))), [])
    assert.deepEqual(clippedRuns(silence(1)), [])
  })
})

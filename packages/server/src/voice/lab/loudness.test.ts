import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { join, silence, tone } from '../../../../../test/harness/signals.ts'
import { kWeighting } from './k-weighting.ts'
import { integratedLoudness } from './loudness.ts'

/** EBU Tech 3341's tolerance, LU. */
const TOLERANCE = 0.1

/**
 * A 1 kHz tone that reads this many LUFS. Tech 3341's tones are stereo, and two channels add 3.01 dB: in mono the same
 * reading takes a peak that is 3.01 dB higher.
 */
const reading = (lufs: number, seconds: number) => tone({ hz: 1000, seconds, db: lufs + 3.01 })

function assertLufs(actual: number | null, expected: number) {
  assert.ok(actual !== null && Math.abs(actual - expected) <= TOLERANCE, `${actual} LUFS, expected ${expected}`)
}

describe('integrated loudness', () => {
  it('weighs by the filters that BS.1770-4 tables for 48 kHz', () => {
    const [shelf, pass] = kWeighting(48_000)
    const tabled = [
      [...shelf.b, ...shelf.a],
      [1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585],
      [...pass.b, ...pass.a],
      [1, -2, 1, -1.99004745483398, 0.99007225036621],
    ]
    for (const [of, standard] of [tabled.slice(0, 2), tabled.slice(2)] as [number[], number[]][])
      for (const [i, value] of of.entries()) assert.ok(Math.abs(value - (standard[i] ?? 0)) < 1e-7, `${value}`)
  })

  it('reads 997 Hz at full scale in one channel as -3.01 LUFS, at 24 kHz as at 48 kHz', () => {
    for (const rate of [24_000, 48_000])
      assertLufs(integratedLoudness(tone({ hz: 997, seconds: 20, db: 0, rate })), -3.01)
  })

  it('reads the tones of EBU Tech 3341, tests 1 and 2', () => {
    assertLufs(integratedLoudness(reading(-23, 20)), -23)
    assertLufs(integratedLoudness(reading(-33, 20)), -33)
  })

  it('leaves out what is 10 LU quieter than the rest (test 3)', () => {
    assertLufs(integratedLoudness(join(reading(-36, 10), reading(-23, 60), reading(-36, 10))), -23)
  })

  it('leaves out what is below -70 LUFS (test 4)', () => {
    const quiet = [reading(-72, 10), reading(-36, 10)] as const
    assertLufs(integratedLoudness(join(...quiet, reading(-23, 60), reading(-36, 10), reading(-72, 10))), -23)
  })

  it('averages what passes the gates (test 5)', () => {
    assertLufs(integratedLoudness(join(reading(-26, 20), reading(-20, 20.1), reading(-26, 20))), -23)
  })

  it('is the same with silence around the speech', () => {
    assertLufs(integratedLoudness(join(silence(5), reading(-23, 20), silence(5))), -23)
  })

  it('weighs high tones more and low ones less', () => {
    const at = (hz: number) => integratedLoudness(tone({ hz, seconds: 5, db: -20 })) ?? 0
    assert.ok(at(50) < at(1000) - 1)
    assert.ok(at(5000) > at(1000) + 2.5)
  })

  it('is null in silence and for less than a block', () => {
    assert.equal(integratedLoudness(silence(5)), null)
    assert.equal(integratedLoudness(reading(-23, 0.39)), null)
    assert.equal(integratedLoudness(silence(0)), null)
  })
})

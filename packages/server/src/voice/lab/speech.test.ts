import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { join, mix, noise, silence, tone } from '../../../../../test/harness/signals.ts'
import { noiseFloor } from './noise-floor.ts'
import { phrasing } from './pauses.ts'
import type { Sound } from './sound.ts'
import { speechLevel } from './speech-level.ts'

const speech = (seconds: number) => tone({ hz: 300, seconds, db: -20 })

function phrasingOf(sound: Sound) {
  const level = speechLevel(sound)
  assert.ok(level)
  return phrasing(sound, level)
}

function assertNear(actual: number | null | undefined, expected: number, tolerance: number) {
  assert.ok(actual != null && Math.abs(actual - expected) <= tolerance, `${actual}, expected ${expected}`)
}

describe('the active speech level', () => {
  it('is that of the speech and not of the pauses', () => {
    const level = speechLevel(join(speech(4), silence(4)))
    // A sine's mean power is 3.01 dB below its peak.
    assertNear(level?.levelDb, -23.01, 0.5)
    assertNear(level?.activity, 0.5 + 0.2 / 8, 0.05)
  })

  it('is null in silence', () => {
    assert.equal(speechLevel(silence(3)), null)
    assert.equal(speechLevel(silence(0)), null)
  })

  it('holds in noise 40 dB below', () => {
    const level = speechLevel(mix(join(speech(4), silence(4)), noise(8, -63)))
    assertNear(level?.levelDb, -23.01, 0.5)
  })
})

describe('pauses', () => {
  it('are found where they were planted, to a hundredth of a second', () => {
    const found = phrasingOf(
      join(silence(0.5), speech(1), silence(1.5), speech(2), silence(0.3), speech(1), silence(0.7)),
    )
    assertNear(found?.speech.from, 0.5, 0.011)
    assertNear(found?.speech.to, 6.3, 0.011)
    const planted = [
      [1.5, 3],
      [5, 5.3],
    ]
    assert.equal(found?.pauses.length, planted.length)
    for (const [i, [from, to]] of planted.entries()) {
      assertNear(found?.pauses[i]?.from, from ?? 0, 0.011)
      assertNear(found?.pauses[i]?.to, to ?? 0, 0.011)
    }
  })

  it('are not the breaks within words', () => {
    assert.deepEqual(phrasingOf(join(speech(1), silence(0.15), speech(1)))?.pauses, [])
  })

  it('are found through noise', () => {
    const found = phrasingOf(mix(join(speech(2), silence(1), speech(2)), noise(5, -60)))
    assert.equal(found?.pauses.length, 1)
  })
})

describe('the noise floor', () => {
  const within = (from: number, to: number) => ({ from, to })

  it('is the level of the noise between words', () => {
    for (const db of [-70, -50, -40])
      assertNear(noiseFloor(mix(join(speech(2), silence(0.2), speech(1)), noise(3.2, db)), within(0, 3.2)), db, 1)
  })

  it('is not that of the silence around the speech', () => {
    const spoken = mix(join(speech(1), silence(0.2), speech(1)), noise(2.2, -50))
    assertNear(noiseFloor(join(silence(1), spoken, silence(1)), within(1, 3.2)), -50, 1)
  })

  it('is -100 dBFS in digital silence, and unknown where the speech is too short to have gaps', () => {
    assert.equal(noiseFloor(join(speech(1), silence(0.2), speech(1)), within(0, 2.2)), -100)
    assert.equal(noiseFloor(speech(0.5), within(0, 0.5)), null)
  })
})

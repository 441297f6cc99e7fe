import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FRAME } from './pcm.ts'
import type { Pcm, VadEvent } from './types.ts'
import { createVad } from './vad.ts'

const USUAL = { threshold: 0.5, prefixPaddingMs: 300, silenceDurationMs: 500 }

/** A tone whose RMS is so many dB below full scale. */
function tone(dbfs: number): Pcm {
  const peak = 32_768 * Math.SQRT2 * 10 ** (dbfs / 20)
  return Int16Array.from({ length: FRAME }, (_, index) => Math.round(peak * Math.sin((index * Math.PI) / 20)))
}

const QUIET = new Int16Array(FRAME)

/** What is heard in so many milliseconds of each frame, one after the other. */
function heard(options: typeof USUAL, ...stretches: readonly (readonly [Pcm, number])[]): VadEvent[] {
  const vad = createVad(options)
  const events: VadEvent[] = []
  for (const [frame, ms] of stretches)
    for (let at = 0; at < ms; at += 20) {
      const event = vad.push(frame)
      if (event) events.push(event)
    }
  return events
}

describe('voice activity detection', () => {
  it('tells a start with its padding before it and a stop with the silence that proved it', () => {
    assert.deepEqual(heard(USUAL, [QUIET, 1000], [tone(-20), 800], [QUIET, 1000]), [
      { type: 'started', atMs: 700 },
      { type: 'stopped', atMs: 2300 },
    ])
  })

  it('lets no start lie before the beginning', () => {
    assert.deepEqual(heard(USUAL, [tone(-20), 200]), [{ type: 'started', atMs: 0 }])
  })

  it('takes neither clicks nor silence for speech', () => {
    assert.deepEqual(heard(USUAL, [tone(-10), 40], [QUIET, 100], [tone(-10), 40], [QUIET, 2000]), [])
  })

  it('bridges pauses shorter than the silence it waits for', () => {
    const pause = [QUIET, 480] as const
    assert.equal(heard(USUAL, [tone(-20), 200], pause, [tone(-20), 20], pause, [tone(-20), 200]).length, 1)
  })

  for (const [threshold, from] of [
    [0, -60],
    [0.5, -40],
    [1, -20],
  ] as const)
    it(`with threshold ${threshold} hears from ${from} dBFS on`, () => {
      const options = { ...USUAL, threshold }
      assert.equal(heard(options, [tone(from + 1), 200]).length, 1)
      assert.equal(heard(options, [tone(from - 1), 200]).length, 0)
    })

  it('waits as long for silence, and pads as much, as it is told to', () => {
    const options = { threshold: 0.5, prefixPaddingMs: 0, silenceDurationMs: 200 }
    assert.deepEqual(heard(options, [QUIET, 400], [tone(-20), 100], [QUIET, 400]), [
      { type: 'started', atMs: 400 },
      { type: 'stopped', atMs: 700 },
    ])
  })

  it('hears the next turn too, and after a reset a new start on the same clock', () => {
    const turn = [[tone(-20), 200] as const, [QUIET, 600] as const] as const
    assert.equal(heard(USUAL, ...turn, ...turn).length, 4)
    const vad = createVad(USUAL)
    const loud = () => [1, 2, 3].map(() => vad.push(tone(-20))).findLast(event => event)
    assert.deepEqual(loud(), { type: 'started', atMs: 0 })
    vad.reset()
    for (let at = 0; at < 1000; at += 20) vad.push(QUIET)
    assert.deepEqual(loud(), { type: 'started', atMs: 760 })
  })
})

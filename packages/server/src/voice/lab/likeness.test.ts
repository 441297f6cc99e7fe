import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { likeness } from './likeness.ts'
import type { Voiceprint } from './voiceprint.ts'

/** A voice whose timbre is one number. */
const print = (timbre: number, pitchHz: number | null = 100): Voiceprint => ({ timbre: [timbre, 0], pitchHz })

function pairOf(pairs: ReturnType<typeof likeness>, a: string, b: string) {
  const found = pairs.find(pair => pair.a === a && pair.b === b)
  assert.ok(found)
  return found
}

describe('the likeness of voices', () => {
  it('sets every voice beside every other, and beside itself as the yardstick', () => {
    const pairs = likeness([
      ['verse', print(1)],
      ['cedar', print(2)],
      ['marin', print(3)],
    ])
    const names = pairs.map(({ a, b }) => `${a} ${b}`)
    assert.deepEqual(names, [
      ...['verse verse', 'verse cedar', 'verse marin', 'cedar cedar', 'cedar marin', 'marin marin'],
    ])
    assert.deepEqual(pairOf(pairs, 'verse', 'verse'), { a: 'verse', b: 'verse', distance: null, differ: null })
  })

  it('tells voices apart by timbre, at twice what one voice varies by itself', () => {
    const own = [
      ['verse', print(0)],
      ['verse', print(1)],
    ] as const
    assert.equal(pairOf(likeness([...own, ['cedar', print(1.4)]]), 'verse', 'cedar').differ, false)
    assert.equal(pairOf(likeness([...own, ['cedar', print(4)]]), 'verse', 'cedar').differ, true)
  })

  it('tells them apart by pitch alone, from two semitones', () => {
    const beside = (hz: number) =>
      pairOf(
        likeness([
          ['verse', print(0)],
          ['cedar', print(0, hz)],
        ]),
        'verse',
        'cedar',
      )
    assert.equal(beside(110).differ, false)
    assert.equal(beside(113).differ, true)
  })

  it('takes the mean over all replies, and leaves out a pitch that nobody knows', () => {
    const pairs = likeness([
      ['verse', print(0)],
      ['cedar', print(1, null)],
      ['cedar', print(3, 200)],
    ])
    const { distance } = pairOf(pairs, 'verse', 'cedar')
    assert.ok(distance && Math.abs(distance.timbreDb - (10 / Math.LN10) * Math.sqrt(2) * 2) < 1e-9)
    assert.equal(distance.pitchSemitones, 12)
  })
})

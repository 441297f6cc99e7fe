import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { delivery } from './delivery.ts'

/** Pieces of 0.1 s that arrive at these times, in ms. */
const pieces = (...times: number[]) => times.map(at => ({ at, seconds: 0.1 }))

describe('delivery', () => {
  it('begins with the first audio', () => {
    assert.equal(delivery(1000, pieces(1350, 1400))?.firstAudioMs, 350)
    assert.equal(delivery(1000, []), null)
  })

  it('is twice as fast as speech when 0.1 s comes every 50 ms', () => {
    assert.equal(delivery(0, pieces(0, 50, 100, 150, 200))?.realtimeFactor, 2)
    assert.equal(delivery(0, pieces(0, 200, 400))?.realtimeFactor, 0.5)
  })

  it('has no pace when all comes at once', () => {
    assert.equal(delivery(0, pieces(0, 1, 2))?.realtimeFactor, null)
    assert.equal(delivery(0, pieces(0))?.realtimeFactor, null)
  })

  it('stalls for as long as a player would stand still', () => {
    assert.equal(delivery(0, pieces(0, 100, 200))?.stalledMs, 0)
    assert.equal(delivery(0, pieces(0, 10, 500, 590))?.stalledMs, 300)
    assert.equal(delivery(0, pieces(0, 300, 700))?.stalledMs, 500)
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { delayImpairment, estimateMos, lossImpairment, mosOfRating } from './mos.ts'

const about = (actual: number | undefined, expected: number, by: number) =>
  assert.ok(actual !== undefined && Math.abs(actual - expected) <= by, `${actual} instead of ${expected}`)

describe('the E-model', () => {
  it('maps ratings to scores as the table of G.107 annex B does', () => {
    for (const [rating, mos] of [
      [-10, 1],
      [0, 1],
      [50, 2.58],
      [60, 3.1],
      [70, 3.6],
      [80, 4.03],
      [90, 4.34],
      [93.2, 4.41],
      [100, 4.5],
      [120, 4.5],
    ] as const)
      about(mosOfRating(rating), mos, 0.01)
  })

  it('takes nothing for a delay up to 100 ms, little up to 200 ms, and then more and more', () => {
    assert.deepEqual([0, 50, 100].map(delayImpairment), [0, 0, 0])
    // By hand: x = 1 and x = 2.
    about(delayImpairment(200), 25 * (2 ** (1 / 6) - 3 * (730 / 729) ** (1 / 6) + 2), 1e-9)
    about(delayImpairment(200), 3.04, 0.01)
    about(delayImpairment(400), 24.08, 0.02)
  })

  it('takes for random loss what G.113 says of G.711 with concealment', () => {
    assert.equal(lossImpairment(0), 0)
    about(lossImpairment(0.01), 95 / 26.1, 1e-9)
    about(lossImpairment(0.05), (95 * 5) / 30.1, 1e-9)
  })
})

describe('the estimate of a call', () => {
  it('is the best there is on a perfect line, and bad on a bad one', () => {
    about(estimateMos({ concealed_share: 0, rtt_ms: 20, jitter_ms: 1 }), 4.41, 0.005)
    about(estimateMos({ concealed_share: 0.01, rtt_ms: 50, jitter_buffer_ms: 40 }), mosOfRating(93.2 - 95 / 26.1), 1e-9)
    const bad = estimateMos({ packets_lost: 200, packets_received: 800, rtt_ms: 600, jitter_buffer_ms: 150 })
    assert.ok(bad !== undefined && bad < 2, `${bad}`)
  })

  it('counts what was concealed rather than what was lost, since repaired packets are heard', () => {
    const lossy = { packets_lost: 50, packets_received: 950 }
    const repaired = estimateMos({ ...lossy, concealed_share: 0 })
    assert.ok((repaired ?? 0) > (estimateMos(lossy) ?? 5))
    about(repaired, 4.41, 0.005)
  })

  it('takes the measured jitter buffer, or twice the jitter', () => {
    assert.equal(estimateMos({ rtt_ms: 100, jitter_ms: 60 }), estimateMos({ rtt_ms: 100, jitter_buffer_ms: 120 }))
    const measured = estimateMos({ rtt_ms: 100, jitter_ms: 60, jitter_buffer_ms: 20 })
    assert.equal(measured, estimateMos({ rtt_ms: 100, jitter_buffer_ms: 20 }))
  })

  it('is none where nothing is known of loss and delay', () => {
    assert.equal(estimateMos({}), undefined)
    assert.equal(estimateMos({ packets_received: 100 }), undefined)
    assert.equal(estimateMos({ packets_received: 0, packets_lost: 0 }), undefined)
    assert.notEqual(estimateMos({ rtt_ms: 10 }), undefined)
  })

  it('is the worst score for the lowest ratings, where the curve of G.107 dips below it', () => {
    for (const rating of [-1, 0, 0.1, 3, 6]) assert.equal(mosOfRating(rating), 1)
    assert.ok(mosOfRating(7) > 1)
  })

  it('stays between 1 and 4.41 and never rises with loss or delay, whatever is reported', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true })
    const ms = fc.double({ min: 0, max: 60_000, noNaN: true })
    fc.assert(
      fc.property(
        share,
        ms,
        ms,
        fc.double({ min: 0, max: 1000, noNaN: true }),
        (concealed_share, rtt_ms, buffer, more) => {
          const call = { concealed_share, rtt_ms, jitter_buffer_ms: buffer }
          const mos = estimateMos(call) ?? 0
          assert.ok(mos >= 1 && mos < 4.42, `${mos}`)
          const later = estimateMos({ ...call, rtt_ms: rtt_ms + more }) ?? 5
          assert.ok(later <= mos + 1e-9)
        },
      ),
    )
  })
})

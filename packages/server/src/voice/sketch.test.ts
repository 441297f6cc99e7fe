import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { decodeSketch, emptySketch, encodeSketch, mean, merge, percentile, record, type Sketch } from './sketch.ts'

const sketchOf = (values: number[]): Sketch => {
  const sketch = emptySketch()
  for (const value of values) record(sketch, value)
  return sketch
}

const duration = fc.double({ min: 0.01, max: 600_000, noNaN: true })
const durations = fc.array(duration, { minLength: 1, maxLength: 200 })

describe('a sketch', () => {
  it('gives every percentile to within one percent, by the nearest rank', () => {
    fc.assert(
      fc.property(durations, fc.constantFrom(1, 10, 50, 95, 99, 100), (values, percent) => {
        const sorted = values.toSorted((a, b) => a - b)
        const exact = sorted[Math.ceil((percent / 100) * values.length) - 1] as number
        const told = percentile(sketchOf(values), percent) as number
        assert.ok(Math.abs(told - exact) <= exact * 0.010_001, `${told} instead of ${exact}`)
      }),
    )
  })

  it('is the same whether values came to one sketch or to several that were merged', () => {
    fc.assert(
      fc.property(durations, durations, (some, others) => {
        const merged = sketchOf(some)
        merge(merged, sketchOf(others))
        const one = sketchOf([...some, ...others])
        assert.equal(merged.count, one.count)
        assert.deepEqual(new Map([...merged.counts].sort()), new Map([...one.counts].sort()))
      }),
    )
  })

  it('survives JSON', () => {
    fc.assert(
      fc.property(durations, values => {
        const sketch = sketchOf(values)
        const decoded = decodeSketch(JSON.parse(JSON.stringify(encodeSketch(sketch))))
        assert.deepEqual([decoded?.count, decoded?.counts], [sketch.count, sketch.counts])
        assert.ok(Math.abs((decoded?.sum ?? 0) - sketch.sum) < 0.01)
      }),
    )
  })

  it('takes any number, and stays bounded', () => {
    const sketch = sketchOf([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e300, 1e-300])
    for (let i = 0; i < 100_000; i++) record(sketch, 0.01 * 1.0003 ** i)
    assert.equal(sketch.count, 100_006)
    assert.ok(sketch.counts.size < 1200, `${sketch.counts.size}`)
    assert.ok(Number.isFinite(mean(sketch)))
    assert.deepEqual([percentile(sketch, 100), percentile(sketch, 0.001)], [600_000, 0])
  })

  it('tells no value that lies beyond all that can be put in', () => {
    for (const value of [0, 600_000]) assert.equal(percentile(sketchOf([value]), 50), value)
    assert.deepEqual([mean(sketchOf([0])), mean(sketchOf([600_000]))], [0, 600_000])
    const shared = decodeSketch(encodeSketch(sketchOf([0, 0, 600_000])))
    assert.deepEqual(shared && [percentile(shared, 50), percentile(shared, 99)], [0, 600_000])
  })

  it('has nothing to tell of nothing', () => {
    assert.deepEqual([percentile(emptySketch(), 50), mean(emptySketch())], [null, null])
  })

  it('is not made of anything else', () => {
    for (const other of [null, {}, 'x', [], [1, 2], ['1'], [1, 0.5, 1], [1, 5, 0], [1, 5, -1], [1, 1e9, 1], [null]])
      assert.equal(decodeSketch(other), undefined, JSON.stringify(other))
  })
})

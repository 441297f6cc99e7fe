import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { stockFor } from './sizing.ts'

const QUIET = { rate: 0, mintSeconds: 0.3, expectedUses: null, spares: 2 }

/** Erlang's loss formula as it is defined: (aˢ/s!) / Σ aᵏ/k!. */
function lossByDefinition(stock: number, load: number): number {
  let term = 1
  let sum = 1
  for (let k = 1; k <= stock; k++) {
    term *= load / k
    sum += term
  }
  return term / sum
}

describe('the stock of one kind', () => {
  it('is its spares while nothing is known of its demand', () => {
    assert.equal(stockFor(QUIET, 32), 2)
    assert.equal(stockFor({ ...QUIET, spares: 1 }, 32), 1)
  })

  it('is nothing when too few uses are to be expected', () => {
    assert.equal(stockFor({ ...QUIET, expectedUses: 0 }, 32), 0)
    assert.equal(stockFor({ ...QUIET, expectedUses: 0.69 }, 32), 0)
  })

  it('is one spare when only the first is more likely used than not', () => {
    assert.equal(stockFor({ ...QUIET, expectedUses: 0.7 }, 32), 1)
    assert.equal(stockFor({ ...QUIET, expectedUses: 1.6 }, 32), 1)
    assert.equal(stockFor({ ...QUIET, expectedUses: 1.7 }, 32), 2)
  })

  it('never passes the cap', () => {
    assert.equal(stockFor({ ...QUIET, rate: 1e6 }, 32), 32)
    assert.equal(stockFor(QUIET, 1), 1)
  })

  it('is the least whose Erlang loss is within 0.1 %', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 200, noNaN: true }), rate => {
        const stock = stockFor({ rate, mintSeconds: 0.3, expectedUses: 1000, spares: 1 }, 1000)
        assert.ok(lossByDefinition(stock, rate * 0.3) <= 0.001)
        if (stock > 1) assert.ok(lossByDefinition(stock - 1, rate * 0.3) > 0.001)
      }),
    )
  })

  it('grows with the rate and with the mint time', () => {
    const times = fc.double({ min: 0, max: 50, noNaN: true })
    fc.assert(
      fc.property(times, times, (a, b) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)]
        assert.ok(stockFor({ ...QUIET, rate: less }, 100) <= stockFor({ ...QUIET, rate: more }, 100))
        const at = (mintSeconds: number) => stockFor({ ...QUIET, rate: 1, mintSeconds }, 100)
        assert.ok(at(less) <= at(more))
      }),
    )
  })
})

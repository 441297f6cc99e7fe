import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Arrival } from '../scripts/pool-simulation/arrivals.ts'
import { SCENARIOS } from '../scripts/pool-simulation/scenarios.ts'
import { DEFAULTS, type Outcome, simulate } from '../scripts/pool-simulation/simulation.ts'

const MINT = 0.3

/** Requests for one kind at these moments, and which of them were warm. */
async function warmth(shared: boolean, ...times: number[]): Promise<boolean[]> {
  const arrivals: Arrival[] = times.map(at => ({ at, kind: 'one', shared }))
  return (await simulate({ arrivals, mintSeconds: MINT })).served.map(one => one.warm)
}

function popularWarmth({ served }: Outcome, from = 30): number {
  const popular = served.filter(one => one.kind === 'popular' && one.at >= from)
  return popular.filter(one => one.warm).length / popular.length
}

describe('a simulated crowd', () => {
  it('of 10 a second is served warm at least 99 times in 100, with at most 5 % of the mints wasted', async () => {
    const outcome = await simulate(SCENARIOS['steady, 10 a second']())
    assert.ok(outcome.warm >= 0.99, `${outcome.warm}`)
    assert.ok(outcome.wasted <= 0.05, `${outcome.wasted}`)
  })

  it('finds a shared kind warm from its second request, one mint time after the first', async () => {
    assert.deepEqual(await warmth(true, 0, MINT + 0.001, MINT + 0.002), [false, true, true])
  })

  it('finds a private kind warm from its third request', async () => {
    assert.deepEqual(await warmth(false, 0, 1, 2), [false, false, true])
  })

  it('gets no stock for a private kind whose second request comes after a secret’s life', async () => {
    assert.deepEqual(await warmth(false, 0, 601, 603, 604), [false, false, false, true])
  })

  it('that stays away costs no mints, and that comes once costs two', async () => {
    assert.equal((await simulate({ arrivals: [] })).poolMints, 0)
    const once = await simulate({ arrivals: [{ at: 0, kind: 'one', shared: true }] })
    assert.equal(once.poolMints, 2)
    assert.equal((await simulate({ arrivals: [{ at: 0, kind: 'one', shared: false }] })).poolMints, 0)
  })

  it('that comes once an hour is not stocked for', async () => {
    const outcome = await simulate(SCENARIOS['one an hour']())
    assert.ok(outcome.wasted < 0.2, `${outcome.wasted}`)
  })

  it('that comes once a minute is served warm all the same', async () => {
    assert.ok((await simulate(SCENARIOS['one a minute']())).warm > 0.99)
  })

  it('with a day’s rhythm is served warm through the day', async () => {
    const outcome = await simulate(SCENARIOS['a day’s rhythm, 0 to 2 a second']())
    assert.ok(outcome.warm >= 0.99 && outcome.wasted <= 0.05)
  })

  for (const name of [
    'bursts of 30 every minute over 1 a second',
    'a tail of 2,000 kinds beside 5 a second',
    'a flood of 200 made-up kinds a second beside 5 a second',
    'a flood over the whole catalogue, 100 a second, beside 5 a second',
  ] as const)
    it(`stays within every cap: ${name}`, async () => {
      const outcome = await simulate(SCENARIOS[name]())
      assert.ok(outcome.mostOfAKind <= DEFAULTS.POOL_MAX_PER_KEY)
      assert.ok(outcome.mostInAll <= DEFAULTS.POOL_MAX_TOTAL)
      assert.ok(outcome.mostInAMinute <= DEFAULTS.POOL_MINTS_PER_MINUTE)
      if (name.includes('beside')) assert.ok(popularWarmth(outcome) >= 0.98, `${popularWarmth(outcome)}`)
    })

  it('holds small caps too', async () => {
    const settings = { POOL_MAX_PER_KEY: 3, POOL_MAX_TOTAL: 5, POOL_MINTS_PER_MINUTE: 20 }
    const outcome = await simulate({ ...SCENARIOS['a tail of 2,000 kinds beside 5 a second'](), settings })
    assert.ok(outcome.mostOfAKind <= 3 && outcome.mostInAll <= 5 && outcome.mostInAMinute <= 20)
  })

  it('costs no pool mints while OpenAI is down, and is warm again after', async () => {
    const outcome = await simulate(SCENARIOS['OpenAI down for the second of three five-minute spans']())
    const up = await simulate({ ...SCENARIOS['OpenAI down for the second of three five-minute spans'](), down: [0, 0] })
    assert.ok(outcome.poolMints <= (up.poolMints * 2) / 3 + 20)
    assert.ok(popularWarmth(outcome, 605) >= 0.99)
  })
})

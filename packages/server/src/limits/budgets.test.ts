import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { type Budgets, dailyBudgets, type Reservation } from './budgets.ts'

const HOUR_MS = 3_600_000
const EVENING = Date.parse('2026-11-23T22:00:00Z')

function budgets(perClient: number, global: number, maxClients?: number) {
  const clock = { now: EVENING }
  return { clock, days: dailyBudgets(perClient, global, () => clock.now, maxClients) }
}

const granted = (days: Budgets, client: string) => days.reserve(client).granted

function take(days: Budgets, client: string): Extract<Reservation, { granted: true }> {
  const reservation = days.reserve(client)
  assert.ok(reservation.granted)
  return reservation
}

describe("a client's day", () => {
  it('has so many credentials and no more', () => {
    const { days } = budgets(2, 0)
    assert.deepEqual(
      [1, 2, 3, 4].map(() => granted(days, 'a')),
      [true, true, false, false],
    )
    assert.equal(granted(days, 'b'), true)
  })

  it('says when it is over: at midnight UTC', () => {
    const { days } = budgets(1, 0)
    take(days, 'a')
    assert.deepEqual(days.reserve('a'), { granted: false, limit: 1, resetsIn: 2 * HOUR_MS })
  })

  it('begins anew at midnight UTC, to the millisecond', () => {
    const { clock, days } = budgets(1, 0)
    take(days, 'a')
    clock.now = EVENING + 2 * HOUR_MS - 1
    assert.equal(granted(days, 'a'), false)
    clock.now++
    assert.equal(granted(days, 'a'), true)
  })

  it('gets a credential back that was not handed out, once', () => {
    const { days } = budgets(2, 0)
    const first = take(days, 'a')
    take(days, 'a')
    first.giveBack()
    first.giveBack()
    assert.deepEqual(
      [1, 2].map(() => granted(days, 'a')),
      [true, false],
    )
  })

  it("is not made longer by yesterday's credential that comes back", () => {
    const { clock, days } = budgets(1, 1)
    const yesterday = take(days, 'a')
    clock.now += 3 * HOUR_MS
    take(days, 'a')
    yesterday.giveBack()
    assert.equal(granted(days, 'a'), false)
  })
})

describe('the day of all together', () => {
  it('has so many credentials, whoever takes them', () => {
    const { days } = budgets(0, 3)
    assert.deepEqual(
      ['a', 'b', 'a', 'c', 'd'].map(client => granted(days, client)),
      [true, true, true, false, false],
    )
  })

  it('is not touched by a client who is over its own', () => {
    const { days } = budgets(1, 2)
    take(days, 'a')
    for (let i = 0; i < 5; i++) assert.equal(granted(days, 'a'), false)
    assert.equal(granted(days, 'b'), true)
    assert.deepEqual(days.reserve('c'), { granted: false, limit: 2, resetsIn: 2 * HOUR_MS })
  })
})

describe('the clock of the wall', () => {
  it("may jump back over midnight, which costs one more day's worth at most", () => {
    const { clock, days } = budgets(1, 0)
    take(days, 'a')
    clock.now += 3 * HOUR_MS
    take(days, 'a')
    clock.now -= 3 * HOUR_MS
    for (let i = 0; i < 3; i++) days.reserve('a')
    assert.equal(granted(days, 'a'), false)
  })

  it('may jump by days without an error', () => {
    const { clock, days } = budgets(1, 1)
    for (const jump of [100, -1000, 1, 4000]) {
      clock.now += jump * 24 * HOUR_MS
      const { giveBack } = take(days, 'a')
      assert.equal(granted(days, 'a'), false)
      giveBack()
    }
  })
})

describe('budgets', () => {
  it('of zero are off', () => {
    const { days } = budgets(0, 0)
    for (let i = 0; i < 1000; i++) take(days, 'a').giveBack()
  })

  it('never hand out more than they have, in any order of taking, giving back and time', () => {
    const step = fc.record({
      client: fc.constantFrom('a', 'b', 'c'),
      back: fc.option(fc.nat(20)),
      wait: fc.nat(HOUR_MS),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), steps => {
        const { clock, days } = budgets(2, 4)
        let out: { day: number; client: string; giveBack(): void }[] = []
        for (const { client, back, wait } of steps) {
          clock.now += wait
          const day = Math.floor(clock.now / (24 * HOUR_MS))
          const returned = back === null ? undefined : out[back]
          if (returned) {
            returned.giveBack()
            out = out.filter(one => one !== returned)
          }
          const today = out.filter(one => one.day === day)
          const mayHave = today.length < 4 && today.filter(one => one.client === client).length < 2
          const reservation = days.reserve(client)
          assert.equal(reservation.granted, mayHave)
          if (reservation.granted) out.push({ day, client, giveBack: reservation.giveBack })
        }
      }),
    )
  })

  it('forget the client seen first when there are too many, but still hold for all together', () => {
    const { days } = budgets(1, 5, 3)
    for (const client of ['a', 'b', 'c', 'd']) take(days, client)
    assert.deepEqual(
      ['d', 'c', 'b'].map(client => granted(days, client)),
      [false, false, false],
    )
    take(days, 'a')
    assert.equal(granted(days, 'e'), false)
  })
})

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { dayTotals } from './day-totals.ts'

const NOON = Date.parse('2026-11-27T12:00:00Z')
const DAY_MS = 86_400_000

it('counts for each client apart, and for all', () => {
  const day = dayTotals()(NOON)
  day.add('ann', 2)
  day.add('ben', 0.5)
  day.add('ann', 1)
  day.add('ben', -0.5)
  assert.deepEqual([day.of('ann'), day.of('ben'), day.of('cem'), day.all], [3, 0, 0, 3])
})

it('begins anew with the UTC day; what comes back to a day that is over changes no other', () => {
  const dayAt = dayTotals()
  const yesterday = dayAt(NOON)
  yesterday.add('ann', 2)
  assert.equal(dayAt(NOON + DAY_MS / 2 - 1).of('ann'), 2)
  const today = dayAt(NOON + DAY_MS / 2)
  today.add('ann', 1)
  yesterday.add('ann', -1)
  assert.deepEqual([today.of('ann'), today.all], [1, 1])
})

it('forgets the clients with the smallest totals first, and never what all have used', () => {
  const day = dayTotals(20)(NOON)
  day.add('first', 9)
  for (let n = 0; n < 100; n++) day.add(`passer-by ${n}`, 1)
  day.add('last', 9)
  assert.deepEqual([day.of('first'), day.of('last'), day.all], [9, 9, 118])
  const known = Array.from({ length: 100 }, (_, n) => n).filter(n => day.of(`passer-by ${n}`) > 0)
  assert.ok(known.length <= 18, `knows ${known.length}`)
  assert.equal(known.at(-1), 99, 'of equal ones those seen last are known')
  assert.deepEqual(
    known,
    Array.from(known, (_, i) => 100 - known.length + i),
  )
})

it('forgets nobody for what a client that is known adds, or any gives back', () => {
  const day = dayTotals(2)(NOON)
  for (const client of ['ann', 'ben']) day.add(client, 1)
  for (const amount of [1, 1, -2]) day.add('ann', amount)
  day.add('cem', -1)
  assert.deepEqual([day.of('ann'), day.of('ben'), day.of('cem')], [1, 1, 0])
})

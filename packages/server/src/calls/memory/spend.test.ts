import assert from 'node:assert/strict'
import { it } from 'node:test'
import { spendBook } from './spend.ts'

const DAY_MS = 86_400_000
const NOON = Date.parse('2026-11-27T12:00:00Z')
const OWN = { kind: 'own_budget', resetsIn: DAY_MS / 2 }
const WHOLE = { kind: 'budget', resetsIn: DAY_MS / 2 }

it('holds all clients to the budget of a day, and each to its own', () => {
  const book = spendBook({ dailyUsd: 3, clientDailyUsd: 2 }, () => NOON)
  book.add('ann', 1.5)
  book.add('ben', 0.75)
  assert.deepEqual([book.exhausted('ann'), book.exhausted('ben')], [undefined, undefined])
  book.add('ann', 0.5)
  assert.deepEqual([book.exhausted('ann'), book.exhausted('ben')], [OWN, undefined])
  book.add('ben', 0.25)
  assert.deepEqual([book.exhausted('ben'), book.exhausted('cem')], [WHOLE, WHOLE])
})

it('holds nobody to a budget of 0', () => {
  for (const limits of [
    { dailyUsd: 0, clientDailyUsd: 9 },
    { dailyUsd: 9, clientDailyUsd: 0 },
  ]) {
    const book = spendBook(limits, () => NOON)
    assert.equal(book.exhausted('ann'), undefined)
    book.add('ann', 8)
    assert.equal(book.exhausted('ann'), undefined)
  }
})

it('begins anew with the UTC day', () => {
  let now = NOON
  const book = spendBook({ dailyUsd: 1, clientDailyUsd: 1 }, () => now)
  book.add('ann', 1)
  now = NOON + DAY_MS / 2 - 1
  assert.equal(book.exhausted('ann')?.resetsIn, 1)
  now++
  assert.equal(book.exhausted('ann'), undefined)
  book.add('ann', 0.5)
  assert.equal(book.exhausted('ann'), undefined)
})

it('holds a client that has spent its budget, and all together, through any crowd that spends less', () => {
  const book = spendBook({ dailyUsd: 10, clientDailyUsd: 2 }, () => NOON)
  book.add('ann', 2)
  for (let n = 0; n < 60_000; n++) book.add(`passer-by ${n}`, 0.0001)
  assert.deepEqual([book.exhausted('ann'), book.exhausted('ben')], [OWN, undefined])
  for (let n = 0; n < 3; n++) book.add('ben', 0.6)
  assert.equal(book.exhausted('ben'), undefined)
  book.add('cem', 0.21)
  assert.deepEqual(book.exhausted('ben'), WHOLE, 'what forgotten clients have spent counts')
})

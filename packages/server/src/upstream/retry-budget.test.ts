import assert from 'node:assert/strict'
import { test } from 'node:test'
import { retryBudget } from './retry-budget.ts'

function spendAll(budget: ReturnType<typeof retryBudget>): number {
  let spent = 0
  while (budget.spend()) spent++
  return spent
}

test('a rested service has a hundred retries, then ten a second', () => {
  let now = 0
  const budget = retryBudget(() => now)
  assert.equal(spendAll(budget), 100)
  now += 1000
  assert.equal(spendAll(budget), 10)
  now += 3_600_000
  assert.equal(spendAll(budget), 100)
})

test('in an outage retries add a fifth to the requests, not twice their number', () => {
  const budget = retryBudget(() => 0)
  spendAll(budget)
  let retries = 0
  for (let i = 0; i < 1000; i++) {
    budget.earn()
    if (budget.spend()) retries++
  }
  assert.ok(retries >= 195 && retries <= 200, `${retries}`)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findModel, modelList } from './models.ts'

const at = (day: string) => Date.parse(day)

const rows: readonly [id: string, day: string, answer: 'live' | 'retired' | 'unknown'][] = [
  ['gpt-realtime-2.1', '2026-11-23', 'live'],
  ['gpt-realtime-2.1', '2030-01-01', 'live'],
  ['gpt-realtime', '2027-01-19T23:59:59Z', 'live'],
  ['gpt-realtime', '2027-01-20', 'retired'],
  ['gpt-4o-realtime-preview', '2026-05-06', 'live'],
  ['gpt-4o-realtime-preview', '2026-11-23', 'retired'],
  ['gpt-live-1', '2026-11-23', 'unknown'],
]

const outcome = (id: string, now: number) => {
  const found = findModel(id, now)
  if ('model' in found) return 'live'
  assert.equal(found.error.status, 404)
  assert.equal(found.error.body.error.code, 'model_not_found')
  return found.error.body.error.message.includes('deprecated') ? 'retired' : 'unknown'
}

for (const [id, day, answer] of rows) {
  test(`${id} is ${answer} on ${day}`, () => assert.equal(outcome(id, at(day)), answer))
}

test('the list leaves out what has been shut down and tells what will be', () => {
  const { data } = modelList(at('2026-11-23'))
  const dates = new Map(data.map(model => [model.id, model.shutdown_date]))
  assert.equal(dates.get('gpt-realtime'), '2027-01-20')
  assert.equal(dates.get('gpt-realtime-2.1'), null)
  assert.equal(dates.has('gpt-4o-realtime-preview'), false)
  assert.equal(data.find(model => model.id === 'gpt-realtime-2025-08-28')?.created, 1756339200)
})

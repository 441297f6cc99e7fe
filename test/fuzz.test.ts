import assert from 'node:assert/strict'
import { it } from 'node:test'
import { fuzz } from './fuzz/fuzz.ts'

it('thousands of odd requests get nothing but the promised statuses and shapes, and change nothing', async () => {
  const { failures, statuses, secrets } = await fuzz({ seed: 1, requests: 4000 })
  assert.equal(failures.length, 0, failures.join('\n\n'))
  assert.ok(
    secrets > 200 && (statuses['400'] ?? 0) > 200,
    `the requests are of many kinds: ${JSON.stringify(statuses)}`,
  )
})

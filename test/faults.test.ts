import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { FAULTS } from './faults/faults.ts'
import { play } from './faults/play.ts'

const SHORT = { perSecond: 60, beforeMs: 0, faultMs: 900 }
/** What the service may say on any machine that is too busy with other things. */
const BUSY = '503 overloaded'
/** Of a small service under a small load, bytes; a leak of answers, logs or connections would pass it. */
const MOST_MEMORY = 200 * 1_048_576

suite('a fault under load', { concurrency: 4 }, () => {
  for (const fault of FAULTS)
    test(`passes by itself, with no secret given twice and no limit passed beyond its slack: ${fault.name}`, async t => {
      const why = fault.leftOut?.()
      if (why !== undefined) return t.diagnostic(`left out: ${why}`)
      const { before, seen, twice, overshoot, memory } = await play(fault, SHORT)
      assert.deepEqual(unpromised(before, []), [])
      assert.deepEqual(unpromised(seen, fault.sees), [], JSON.stringify(seen))
      assert.equal(twice, 0)
      assert.ok(overshoot <= fault.slack, `${overshoot} beyond the limit, of at most ${fault.slack}`)
      assert.ok(memory > 0 && memory < MOST_MEMORY, `${memory} bytes`)
    })
})

function unpromised(ends: Record<string, number>, promised: readonly string[]): string[] {
  return Object.keys(ends).filter(end => !['200', BUSY, ...promised].includes(end))
}

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { freshness } from './fresh-token.ts'
import type { Token } from './wire.ts'

it('a token that lives no longer than connecting may take is good for half of its life', t => {
  t.mock.timers.enable({ apis: ['Date'] })
  const isFresh = freshness({ expires_in: 10 } as Token)
  assert.ok(isFresh())
  t.mock.timers.tick(4_000)
  assert.ok(isFresh())
  t.mock.timers.tick(2_000)
  assert.ok(!isFresh())
})

it('a token ages by the seconds it was given, whatever the browser’s clock says', t => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.UTC(1999, 0) })
  const isFresh = freshness({ expires_in: 60, expires_at: 946_684_800 } as Token)
  assert.ok(isFresh())
  t.mock.timers.tick(45_000)
  assert.ok(isFresh())
  t.mock.timers.tick(10_000)
  assert.ok(!isFresh())
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSecrets } from './secrets.ts'

const mintedAt = 1_756_309_870

test('a secret begins with the time of its making and names its session until it expires', () => {
  let now = mintedAt * 1000
  const secrets = createSecrets(() => now)
  const { value, expiresAt } = secrets.issue('session', 600)
  assert.match(value, /^ek_68af296e[0-9a-f]{24}$/)
  assert.equal(expiresAt, mintedAt + 600)
  assert.deepEqual(secrets.use(value), { session: 'session', expiresAt, safetyIdentifier: null })
  now += 600_000
  assert.equal(secrets.use(value), undefined)
})

test('a secret never handed out is nobody', () => {
  assert.equal(createSecrets(() => 0).use('ek_123'), undefined)
})

test('only the latest ten thousand are remembered', () => {
  const secrets = createSecrets(() => 0)
  const first = secrets.issue(1, 600).value
  const second = secrets.issue(2, 600).value
  for (let i = 0; i < 9_999; i += 1) secrets.issue(i, 600)
  assert.equal(secrets.use(first), undefined)
  assert.ok(secrets.use(second))
  assert.equal(secrets.issued, 10_001)
})

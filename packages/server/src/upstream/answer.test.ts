import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readAnswer } from './answer.ts'
import { FORMS } from './forms.ts'

const NOW = 1_784_852_504_000
const SECONDS = NOW / 1000
const KEY = 'sk-test-0123456789'

const read = (status: number, body: unknown, headers: Record<string, string> = {}, form = FORMS.ga) =>
  readAnswer(
    { status, headers, body: typeof body === 'string' ? body : JSON.stringify(body) },
    { form, apiKey: KEY, body: '{"instructions":"Tell of wombats."}', ownWords: true },
    NOW,
  )

const good = (changes: object = {}) => ({
  value: 'ek_0123',
  expires_at: SECONDS + 600,
  session: { id: 'sess_1' },
  ...changes,
})

function minted(...args: Parameters<typeof read>) {
  const reading = read(...args)
  assert.ok(!('failure' in reading), JSON.stringify(reading))
  return reading
}

function failed(...args: Parameters<typeof read>) {
  const reading = read(...args)
  assert.ok('failure' in reading, 'believed')
  return reading
}

test('a good answer is believed: secret, expiry, session and request id', () => {
  const { value, expiresAt, sessionId, openAiRequestId } = minted(200, good(), { 'x-request-id': 'req_1' })
  assert.deepEqual([value, expiresAt, sessionId, openAiRequestId], ['ek_0123', SECONDS + 600, 'sess_1', 'req_1'])
})

test('the secret may be any visible ASCII up to 4,096 characters, and nothing else', () => {
  for (const value of ['x', 'x'.repeat(4096), '!~"\\']) assert.equal(minted(200, good({ value })).value, value)
  for (const value of ['', ' ', 'a b', 'a\n', 'é', '\u007f', 'x'.repeat(4097), 5, null, {}, ['ek_1'], KEY, `ek_${KEY}`])
    assert.equal(failed(200, good({ value })).failure.type, 'upstream_invalid')
})

test('the expiry is a number near now', () => {
  for (const expires_at of [SECONDS + 10, SECONDS + 7200])
    assert.equal(minted(200, good({ expires_at })).expiresAt, expires_at)
  assert.equal(minted(200, good({ expires_at: SECONDS + 10.7 })).expiresAt, SECONDS + 10)
  for (const expires_at of [0, -1, NOW, SECONDS + 10 ** 8, SECONDS - 10 ** 5, String(SECONDS + 600), null, true, {}])
    assert.equal(failed(200, good({ expires_at })).failure.type, 'upstream_invalid')
  assert.equal(failed(200, '{"value":"ek_1","expires_at":1e400}').failure.type, 'upstream_invalid')
})

test('a session id that is odd, or holds our key, counts as none; so does an odd request id', () => {
  for (const id of [
    undefined,
    null,
    5,
    '',
    'a b',
    'a\nb',
    'x'.repeat(129),
    KEY,
    `sess_${KEY}`,
    'sess_ek_0123',
    'sess_wombats',
  ])
    assert.equal(minted(200, good({ session: { id } })).sessionId, undefined)
  for (const session of [undefined, null, 5, 'x', []]) assert.equal(minted(200, good({ session })).sessionId, undefined)
  for (const id of ['a b', 'wombats', 'ek_0123', 'sk-somebody-elses-key'])
    assert.equal(minted(200, good(), { 'x-request-id': id }).openAiRequestId, '')
})

test('a refusal is judged by status and code, with the wait it asks for', () => {
  const { failure } = failed(429, { error: { code: 'slow_down' } }, { 'retry-after': '7', 'x-should-retry': 'false' })
  assert.deepEqual([failure.type, failure.retryAfterMs, failure.retryable], ['upstream_rate_limited', 7000, false])
  assert.equal(failed(404, { error: { code: 'model_not_found' } }).failure.type, 'model_unavailable')
})

test("a refusal's odd fields count as empty", () => {
  for (const error of [
    undefined,
    null,
    'text',
    5,
    [],
    { code: 5, type: {}, param: [], message: 7 },
    { code: 'a b' },
    { code: 'wombats', message: 'Tell of' },
  ])
    assert.deepEqual(failed(400, { error }).error, { code: '', type: '', param: '', message: '' })
})

test('the beta form takes a string or an object with an expiry of its own', () => {
  const plain = { id: 'sess_b', expires_at: SECONDS + 60, client_secret: 'ek_plain' }
  assert.equal(minted(200, plain, {}, FORMS.beta).value, 'ek_plain')
  const nested = { ...plain, client_secret: { value: 'ek_nested', expires_at: SECONDS + 30 } }
  const { value, expiresAt, sessionId } = minted(200, nested, {}, FORMS.beta)
  assert.deepEqual([value, expiresAt, sessionId], ['ek_nested', SECONDS + 30, 'sess_b'])
})

test('no answer whatever makes it throw, or believe what has no secret', () => {
  const body = fc.oneof(
    fc.json(),
    fc.string(),
    fc.jsonValue().map(value => JSON.stringify({ value, expires_at: value })),
  )
  const status = fc.oneof(fc.constant(200), fc.integer({ min: 100, max: 999 }))
  for (const form of [FORMS.ga, FORMS.beta])
    fc.assert(
      fc.property(status, body, (status, body) => {
        const reading = read(status, body, {}, form)
        if (!('failure' in reading)) assert.match(reading.value, /^[\x21-\x7e]+$/)
      }),
    )
})

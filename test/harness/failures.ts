import assert from 'node:assert/strict'
import type { ErrorType } from '../../packages/server/src/errors.ts'
import type { Answered } from './ask.ts'
import { API_KEY } from './service.ts'

/** The origin that a service allows when nobody says otherwise. */
export const ALLOWED_ORIGIN = 'https://www.espn.com'

export const REQUEST_ID = /^[A-Za-z0-9._-]{1,128}$/

const OPTIONAL_FIELDS = new Set(['retry_after', 'details'])
const EXPOSED = 'X-Request-ID, Retry-After, RateLimit, RateLimit-Policy, Location, Server-Timing, Deprecation, Sunset'
const INSIDES = /undefined|\[object |node_modules|file:\/\/|\.ts:\d|\n? {4}at |\/packages\//

/** Holds an answer to the one shape of errors, down to each field and header. */
export function assertFailure(answer: Answered, status: number, type: ErrorType): void {
  assert.equal(answer.status, status, `${type}: ${answer.text}`)
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json/)
  const { error, detail } = answer.json
  assert.deepEqual(Object.keys(answer.json).sort(), ['detail', 'error'])
  const fields = Object.keys(error).filter(field => !OPTIONAL_FIELDS.has(field))
  assert.deepEqual(fields.sort(), ['code', 'message', 'request_id', 'type'])
  assert.deepEqual([error.type, error.code, detail], [type, status, error.message])
  assert.ok(typeof error.message === 'string' && error.message.length > 0)
  assert.equal(error.request_id, answer.headers.get('x-request-id'))
  assertRetryAfter(answer)
  if ('details' in error) assert.ok(typeof error.details === 'object' && error.details !== null)
  assertSafeHeaders(answer)
  assertNoInsides(answer)
}

/** `retry_after` and `Retry-After` come together, whole seconds, and always with a 429. */
function assertRetryAfter({ status, headers, json }: Answered): void {
  const header = headers.get('retry-after')
  if (status === 429) assert.notEqual(header, null, 'a 429 says when to come back')
  assert.equal('retry_after' in json.error, header !== null)
  if (header === null) return
  assert.match(header, /^[1-9]\d*$/)
  assert.equal(json.error.retry_after, Number(header))
}

/** The headers that stand on every answer, and those that stand on none. */
export function assertSafeHeaders({ headers }: Answered): void {
  assert.match(headers.get('x-request-id') ?? '', REQUEST_ID)
  assert.equal(headers.get('x-content-type-options'), 'nosniff')
  assert.equal(headers.get('referrer-policy'), 'no-referrer')
  assert.match(headers.get('content-security-policy') ?? '', /^default-src '(none|self)'/)
  for (const name of ['server', 'x-powered-by', 'set-cookie']) assert.equal(headers.get(name), null)
}

/** Nothing of the inside shows: no key, no stack, no file of the server, no value that was never there. */
export function assertNoInsides({ text, headers }: Answered): void {
  for (const shown of [text, JSON.stringify([...headers])]) {
    assert.doesNotMatch(shown, INSIDES)
    assert.ok(!shown.includes(API_KEY), 'the API key shows')
  }
}

/** A page of this origin can read the answer, and the headers that are for it. */
export function assertReadableBy({ headers }: Answered, origin: string): void {
  assert.equal(headers.get('access-control-allow-origin'), origin)
  assert.equal(headers.get('access-control-allow-credentials'), 'true')
  assert.match(headers.get('vary') ?? '', /\bOrigin\b/i)
  const exposed = (headers.get('access-control-expose-headers') ?? '').toLowerCase().split(/, */)
  for (const name of EXPOSED.toLowerCase().split(', ')) assert.ok(exposed.includes(name), `${name} is not exposed`)
}

/** No page can read the answer. */
export function assertUnreadable({ headers }: Answered): void {
  const cors = [...headers.keys()].filter(name => name.startsWith('access-control-'))
  assert.deepEqual(cors, [])
}

import assert from 'node:assert/strict'
import { ERRORS, type ErrorType } from '../../packages/server/src/errors.ts'
import type { Answered } from '../harness/ask.ts'
import { assertFailure, assertNoInsides, assertSafeHeaders, REQUEST_ID } from '../harness/failures.ts'
import type { Case, Sent } from './cases.ts'
import type { Exchange } from './exchange.ts'
import { ADMIN_TOKEN, ALLOWED, JWT_SECRET, TOKEN_PATH, VOICE_TEST_PATH } from './ingredients.ts'

/** Errors that a request can earn by itself; the rest would mean that the service or the healthy stand-in failed. */
const EARNED = new Set<ErrorType>([
  'malformed_request',
  'unauthenticated',
  'origin_not_allowed',
  'referer_not_allowed',
  'not_found',
  'method_not_allowed',
  'request_timeout',
  'payload_too_large',
  'unsupported_media_type',
  'validation_failed',
  'malformed_json',
  'rate_limited',
  'budget_exhausted',
  'headers_too_large',
  'overloaded',
])
/** A voice test that gets so far finds that the stand-in has no sockets. */
const EARNED_BY_VOICE_TEST = new Set<ErrorType>([...EARNED, 'upstream_invalid'])
/** Files of the docs page know ranges and validators too. */
const GOOD = new Set([200, 204, 206, 302, 304])

const TOKEN_FIELDS = [
  'client_secret',
  'expires_at',
  'expires_in',
  'instructions',
  'model',
  'report_key',
  'session_id',
  'voice',
  'web_rtc_url',
  'websocket_url',
]

/** Holds all that came back to what is promised; `secrets` are those handed out before, by any answer. */
export function holdPromises(
  { pieces, ending, request }: Case,
  { answers, interim, rest, hung }: Exchange,
  secrets: Set<string>,
): void {
  assert.ok(!hung, 'the connection was left open')
  // An answer may be cut short where the client closed its side.
  const cutShort = ending === 'cut' || (ending === 'half-close' && rest.startsWith('HTTP/1.1 '))
  if (!cutShort) assert.equal(rest, '', 'bytes that are no answer')
  for (const status of interim) assert.equal(status, 100)
  const earned = Buffer.concat(pieces).includes(VOICE_TEST_PATH) ? EARNED_BY_VOICE_TEST : EARNED
  for (const answer of answers) holdAnswer(answer, earned, secrets)
  if (!request) return
  assert.ok(answers.length > 0, 'no answer')
  if (isWhole(request)) assert.equal(answers.length, 1, 'more answers than requests')
  holdTo(request, answers[0] as Answered)
}

function holdAnswer(answer: Answered, earned: Set<ErrorType>, secrets: Set<string>): void {
  const { status, headers, text, json } = answer
  assertSafeHeaders(answer)
  const told = `${text}${JSON.stringify([...headers])}`
  for (const secret of [ADMIN_TOKEN, JWT_SECRET]) assert.ok(!told.includes(secret), 'a secret of the operator shows')
  const readable = headers.get('access-control-allow-origin')
  assert.ok(readable === null || readable === ALLOWED, `readable by ${readable}`)
  if (status >= 400) holdRefusal(answer, earned)
  else assert.ok(GOOD.has(status), `status ${status}`)
  const secret = json?.client_secret
  if (secret === undefined) return
  assert.equal(status, 200)
  assert.deepEqual(Object.keys(json).sort(), TOKEN_FIELDS)
  assert.ok(typeof secret === 'string' && secret.startsWith('ek_'), 'no secret')
  assert.ok(!secrets.has(secret), 'a secret was handed out twice')
  secrets.add(secret)
  assert.equal(headers.get('cache-control'), 'no-store')
  assertNoInsides({ ...answer, text: JSON.stringify({ ...json, instructions: '' }) })
}

function holdRefusal(answer: Answered, earned: Set<ErrorType>): void {
  const { status, text, json, headers } = answer
  // The answer to a HEAD is its head.
  if (text === '') {
    const type = [...earned].find(one => ERRORS[one].status === status)
    assert.ok(type, `status ${status}`)
    return
  }
  const type = json?.error?.type as ErrorType
  assert.ok(earned.has(type), `${status} ${type}`)
  // The words of a refusal may name the caller's own fields, so what they are called is no inside of ours.
  const quoted = type === 'validation_failed' || type === 'malformed_json'
  if (!quoted) assertFailure(answer, ERRORS[type].status, type)
  else assert.equal(status, ERRORS[type].status)
  if (status === 405) assert.match(headers.get('allow') ?? '', /^[A-Z]+(, [A-Z]+)*$/)
}

/** Whether no part of it could be read as a second request, as a line break within a header could. */
const isWhole = ({ method, path, headers }: Sent) => !/[\r\n\0]/.test([method, path, ...headers.flat()].join(''))

const valuesOf = ({ headers }: Sent, name: string) =>
  headers.filter(([own]) => own.toLowerCase() === name).map(([, value]) => value)

/** What a request of known parts is promised beyond the shape of its answer. */
function holdTo(request: Sent, { status, headers }: Answered): void {
  const ids = valuesOf(request, 'x-request-id')
  const broken = status === 400 || status === 408 || status === 431
  if (!broken && ids.length === 1 && REQUEST_ID.test(ids[0] as string))
    assert.equal(headers.get('x-request-id'), ids[0])
  const origins = valuesOf(request, 'origin')
  const operator = valuesOf(request, 'authorization').some(value => value.includes(ADMIN_TOKEN))
  const guarded = request.path === TOKEN_PATH || request.path.startsWith(`${TOKEN_PATH}?`)
  if (!guarded || operator || origins.length !== 1 || origins[0] === ALLOWED || broken) return
  assert.equal(status, 403, 'a foreign origin was not refused')
  assert.equal(headers.get('access-control-allow-origin'), null)
}

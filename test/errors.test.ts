import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { buildApp } from '../packages/server/src/app.ts'
import { systemClock } from '../packages/server/src/clock.ts'
import { decideConfig } from '../packages/server/src/config/config.ts'
import { ERRORS, type ErrorType } from '../packages/server/src/errors.ts'
import { brokenMessages } from '../packages/server/src/http/broken-messages.ts'
import { createLogger } from '../packages/server/src/observe/log.ts'
import { createService } from '../packages/server/src/service.ts'
import { type Answered, ask, askToken } from './harness/ask.ts'
import { OFFER, placeCall, postOffer, takeTicket } from './harness/call-client.ts'
import { type CallsStandIn, startCallsStandIn } from './harness/calls-stand-in.ts'
import {
  ALLOWED_ORIGIN,
  assertFailure,
  assertReadableBy,
  assertSafeHeaders,
  assertUnreadable,
  REQUEST_ID,
} from './harness/failures.ts'
import { requestText, sendBytes } from './harness/raw-http.ts'
import { report, reportKey } from './harness/reports.ts'
import { API_KEY, BASE_SETTINGS, type RunningService, startService } from './harness/service.ts'
import {
  type Behaviour,
  goodSecret,
  healthy,
  openAiError,
  send,
  startUpstream,
  type Upstream,
} from './harness/upstream.ts'

const ADMIN_TOKEN = 'operators-only-0123456789'
const FROM_ESPN = { origin: ALLOWED_ORIGIN }

let upstream: Upstream
/** Generous limits. */
let plain: RunningService
/** Two requests a minute and one credential a day, each client. */
let limited: RunningService
/** Wants JWTs whose keys cannot be fetched. */
let lockedOut: RunningService
/** One request to OpenAI at a time, and a breaker that opens at the first failure. */
let brittle: RunningService
/** Draining. */
let leaving: RunningService
/** Places calls, one at a time for each client. */
let calling: RunningService
/** Keeps calls in a Redis that is not there. */
let storeless: RunningService
let openai: CallsStandIn

before(async () => {
  upstream = await startUpstream()
  const common = { OPENAI_BASE_URL: upstream.baseUrl, UPSTREAM_MAX_RETRIES: '0', POOL_ENABLED: 'false' }
  openai = await startCallsStandIn()
  const unified = { ...common, OPENAI_BASE_URL: openai.baseUrl, CALL_MODE: 'unified' }
  ;[plain, limited, lockedOut, brittle, leaving, calling, storeless] = await Promise.all([
    startService({ ...common, ADMIN_TOKEN }),
    startService({ ...common, RATE_LIMIT_PER_MINUTE: '2', RATE_LIMIT_PER_DAY: '1', TRUST_PROXY: '1' }),
    startService({
      ...common,
      AUTH_JWKS_URL: 'http://127.0.0.1:9/keys.json',
      AUTH_ISSUER: 'https://issuer.test/',
      AUTH_AUDIENCE: 'parker',
    }),
    startService({ ...common, MAX_IN_FLIGHT: '1', CIRCUIT_FAILURE_THRESHOLD: '1', CIRCUIT_RESET_SECONDS: '60' }),
    startService({ ...common, SHUTDOWN_DELAY_SECONDS: '600' }),
    startService({ ...unified, MAX_CALLS_PER_CLIENT: '1' }),
    startService({ ...unified, REDIS_URL: 'redis://127.0.0.1:9' }),
  ])
})

after(async () => {
  leaving.child.kill('SIGKILL')
  await Promise.all([plain, limited, lockedOut, brittle, calling, storeless].map(service => service.stop()))
  await upstream.close()
  await openai.close()
})

/** Asks for a token while OpenAI behaves like this. */
async function tokenWhile(behaviour: Behaviour, service = plain): Promise<Answered> {
  upstream.behave(behaviour)
  try {
    return await askToken(service.url, {}, FROM_ESPN)
  } finally {
    upstream.behave(healthy)
  }
}

const answering = (status: number, code: string | null = null, type?: string) =>
  tokenWhile((_request, response) => send(response, status, openAiError(code, type)))

const postToken = (type: string, body: string) =>
  ask(`${plain.url}/v1/realtime/token`, { method: 'POST', body, headers: { ...FROM_ESPN, 'content-type': type } })

const fromAddress = (address: string) => askToken(limited.url, {}, { ...FROM_ESPN, 'x-forwarded-for': address })

async function lastOf(times: number, act: () => Promise<Answered>): Promise<Answered> {
  for (let i = 1; i < times; i++) await act()
  return act()
}

/** A request that finds the only place at OpenAI taken. */
async function oneTooMany(): Promise<Answered> {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<() => void>()
  upstream.behave((_request, response) => arrive(() => send(response, 200, goodSecret())))
  const first = askToken(brittle.url)
  const release = await arrived
  const second = await askToken(brittle.url, {}, FROM_ESPN)
  release()
  assert.equal((await first).status, 200)
  upstream.behave(healthy)
  return second
}

/** The application as it is, but with an insides that fail in a way nobody foresaw. */
async function unforeseen(): Promise<Answered> {
  const decision = decideConfig({ ...BASE_SETTINGS, OPENAI_BASE_URL: upstream.baseUrl, POOL_ENABLED: 'false' })
  assert.ok('config' in decision)
  const service = await createService(decision.config, systemClock, createLogger('silent', { write: () => true }))
  const app = await buildApp({
    ...service,
    issue: () => Promise.reject(new TypeError(`cannot read properties of undefined, Bearer ${API_KEY}`)),
  })
  try {
    return await askToken(await app.listen({ port: 0, host: '127.0.0.1' }), {}, FROM_ESPN)
  } finally {
    await app.close()
    await service.openai.close()
  }
}

/** A head that never ends. The limit is shortened, since the service's own is 10 s. */
async function tooSlow(): Promise<Answered> {
  const server = createServer({ headersTimeout: 20, requestTimeout: 20, connectionsCheckingInterval: 10 })
  server.on('clientError', brokenMessages(() => {}).answerBroken)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    return await sendBytes((server.address() as AddressInfo).port, 'POST /v1/realtime/token HTTP/1.1\r\nHost: x\r\n')
  } finally {
    server.close()
  }
}

async function reportTwice(): Promise<Answered> {
  const key = reportKey({ sessionId: 'sess_twice' })
  await report(plain.url, { rating: 5 }, FROM_ESPN, key)
  return report(plain.url, { rating: 5 }, FROM_ESPN, key)
}

async function oneCallTooMany(): Promise<Answered> {
  await placeCall(calling.url, {}, FROM_ESPN)
  return postOffer(calling.url, await takeTicket(calling.url, {}, FROM_ESPN), OFFER, FROM_ESPN)
}

async function readyWhileDraining(): Promise<Answered> {
  leaving.child.kill('SIGTERM')
  await leaving.logged(line => line.msg.startsWith('Draining'))
  return ask(`${leaving.url}/readyz`, { headers: FROM_ESPN })
}

/** Whom an answer lets read it: where the request never said who asks, that cannot be tested. */
type Readable = 'readable' | 'unreadable' | 'below HTTP'

interface Row {
  status: number
  provoke(): Promise<Answered>
  readable?: Readable
}

/** Every type of error, the status it is promised with, and how to bring it about. The compiler keeps the table whole. */
const PROVOKED: Record<Exclude<ErrorType, 'draining'>, Row> = {
  upstream_rejected: { status: 400, provoke: () => answering(400, 'invalid_value') },
  malformed_request: { status: 400, provoke: () => sendBytes(plain.port, 'hello\r\n\r\n'), readable: 'below HTTP' },
  unauthenticated: { status: 401, provoke: () => ask(`${plain.url}/v1/voice/metrics`, { headers: FROM_ESPN }) },
  ticket_invalid: { status: 401, provoke: () => postOffer(calling.url, `ek_${'x'.repeat(43)}`, OFFER, FROM_ESPN) },
  ticket_used: { status: 401, provoke: reportTwice },
  ticket_expired: { status: 401, provoke: () => report(plain.url, {}, FROM_ESPN, reportKey({ issuedAt: 0 })) },
  origin_not_allowed: {
    status: 403,
    provoke: () => askToken(plain.url, {}, { origin: 'https://malicious-site.com' }),
    readable: 'unreadable',
  },
  referer_not_allowed: {
    status: 403,
    provoke: () => askToken(plain.url, {}, { ...FROM_ESPN, referer: 'https://malicious-site.com/game' }),
  },
  content_flagged: { status: 403, provoke: () => answering(403, 'content_policy_violation') },
  not_found: { status: 404, provoke: () => ask(`${plain.url}/nowhere`, { headers: FROM_ESPN }) },
  method_not_allowed: { status: 405, provoke: () => ask(`${plain.url}/v1/realtime/token`, { headers: FROM_ESPN }) },
  request_timeout: { status: 408, provoke: tooSlow, readable: 'below HTTP' },
  payload_too_large: { status: 413, provoke: () => postToken('application/json', '{}'.padEnd(65_537)) },
  unsupported_media_type: { status: 415, provoke: () => postToken('text/plain', '{}') },
  validation_failed: { status: 422, provoke: () => askToken(plain.url, { voice: 'robot' }, FROM_ESPN) },
  invalid_sdp: {
    status: 422,
    provoke: async () => postOffer(calling.url, await takeTicket(calling.url), 'v=1', FROM_ESPN),
  },
  malformed_json: { status: 422, provoke: () => postToken('application/json', '{"voice":') },
  model_unavailable: { status: 422, provoke: () => answering(404, 'model_not_found') },
  rate_limited: { status: 429, provoke: () => lastOf(3, () => fromAddress('203.0.113.1')) },
  budget_exhausted: { status: 429, provoke: () => lastOf(2, () => fromAddress('203.0.113.2')) },
  too_many_calls: { status: 429, provoke: oneCallTooMany },
  upstream_rate_limited: { status: 429, provoke: () => answering(429, 'rate_limit_exceeded', 'rate_limit_error') },
  headers_too_large: {
    status: 431,
    provoke: () => sendBytes(plain.port, requestText('GET /', [`X-Long: ${'x'.repeat(40_000)}`])),
    readable: 'below HTTP',
  },
  upstream_auth_failed: { status: 500, provoke: () => answering(401, 'invalid_api_key') },
  internal: { status: 500, provoke: unforeseen },
  upstream_unavailable: { status: 502, provoke: () => answering(500, null, 'server_error') },
  upstream_invalid: { status: 502, provoke: () => answering(418) },
  circuit_open: {
    status: 503,
    provoke: () => lastOf(2, () => tokenWhile((_request, response) => send(response, 500, {}), brittle)),
  },
  overloaded: { status: 503, provoke: oneTooMany },
  insufficient_quota: { status: 503, provoke: () => answering(429, 'insufficient_quota', 'insufficient_quota') },
  upstream_overloaded: { status: 503, provoke: () => answering(503, 'server_is_overloaded') },
  store_unavailable: { status: 503, provoke: () => askToken(storeless.url, {}, FROM_ESPN) },
  auth_unavailable: { status: 503, provoke: () => askToken(lockedOut.url, {}, { ...FROM_ESPN, ...bearer(SOME_JWT) }) },
  upstream_timeout: { status: 504, provoke: () => answering(408) },
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

/** Well-formed, signed by nobody in particular. */
const SOME_JWT = [
  { alg: 'RS256', kid: 'k' },
  { iss: 'https://issuer.test/', aud: 'parker', sub: 'fan', exp: 9e9 },
]
  .map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
  .concat(Buffer.alloc(256, 1).toString('base64url'))
  .join('.')

/** The breaker of the brittle service stays open once it has opened, so what needs it closed comes first. */
const LAST = 'circuit_open'

test('every error comes with its status, in the one shape, with the promised headers, readable by an allowed page', async t => {
  const rows = Object.entries(PROVOKED) as [ErrorType, Row][]
  for (const [type, { status, provoke, readable = 'readable' }] of rows.sort(
    ([a], [b]) => +(a === LAST) - +(b === LAST),
  ))
    await t.test(`${status} ${type}`, async () => {
      const answer = await provoke()
      assertFailure(answer, status, type)
      assert.equal(ERRORS[type].status, status)
      if (readable === 'readable') assertReadableBy(answer, ALLOWED_ORIGIN)
      else assertUnreadable(answer)
    })
})

test('a draining service is not ready and says why, and answers everything else', async () => {
  const answer = await readyWhileDraining()
  assert.equal(answer.status, 503)
  assert.equal(answer.json.status, 'draining')
  assertSafeHeaders(answer)
  assertReadableBy(answer, ALLOWED_ORIGIN)
  assert.equal((await askToken(leaving.url)).status, 200)
})

const TABLE_OF_OPENAI: [
  status: number,
  code: string | null,
  type: string | undefined,
  ours: number,
  name: ErrorType,
][] = [
  [400, 'unknown_parameter', undefined, 400, 'upstream_rejected'],
  [400, 'insufficient_quota', undefined, 400, 'upstream_rejected'],
  [422, null, undefined, 400, 'upstream_rejected'],
  [401, null, undefined, 500, 'upstream_auth_failed'],
  [402, null, undefined, 503, 'insufficient_quota'],
  [403, 'unsupported_country_region_territory', undefined, 500, 'upstream_auth_failed'],
  [403, null, undefined, 500, 'upstream_auth_failed'],
  [403, 'content_policy_violation', undefined, 403, 'content_flagged'],
  [403, 'content_filter', undefined, 403, 'content_flagged'],
  [403, 'moderation_blocked', undefined, 403, 'content_flagged'],
  [403, 'not_content_filter', undefined, 500, 'upstream_auth_failed'],
  [404, 'model_not_found', undefined, 422, 'model_unavailable'],
  [404, null, undefined, 502, 'upstream_invalid'],
  [408, null, undefined, 504, 'upstream_timeout'],
  [409, null, undefined, 502, 'upstream_unavailable'],
  [429, null, undefined, 429, 'upstream_rate_limited'],
  [429, 'slow_down', 'rate_limit_error', 429, 'upstream_rate_limited'],
  [429, null, 'insufficient_quota', 503, 'insufficient_quota'],
  [429, 'credit_balance_exhausted', undefined, 503, 'insufficient_quota'],
  [429, 'organization_spend_limit_exceeded', undefined, 503, 'insufficient_quota'],
  [429, 'project_spend_limit_exceeded', undefined, 503, 'insufficient_quota'],
  [429, 'organization_usage_limit_exceeded', undefined, 503, 'insufficient_quota'],
  [500, null, undefined, 502, 'upstream_unavailable'],
  [502, null, undefined, 502, 'upstream_unavailable'],
  [503, null, undefined, 503, 'upstream_overloaded'],
  [504, null, undefined, 502, 'upstream_unavailable'],
  [599, null, undefined, 502, 'upstream_unavailable'],
  [410, null, undefined, 502, 'upstream_invalid'],
  [451, null, undefined, 502, 'upstream_invalid'],
  [300, null, undefined, 502, 'upstream_invalid'],
]

test("each of OpenAI's refusals becomes the promised one of ours, and none of its words come along", async () => {
  for (const [status, code, type, ours, name] of TABLE_OF_OPENAI) {
    const words = 'Zebra crossing: https://platform.openai.test/help'
    const answer = await tokenWhile((_request, response) => send(response, status, openAiError(code, type, words)))
    assertFailure(answer, ours, name)
    assert.doesNotMatch(answer.text, /Zebra|platform\.openai/)
  }
})

test("health is disconnected after a 401 or a 5xx of OpenAI's, connected after other refusals, and healthy throughout", async () => {
  for (const [status, expected] of [
    [401, 'disconnected'],
    [400, 'connected'],
    [503, 'disconnected'],
    [429, 'connected'],
    [500, 'disconnected'],
    [200, 'connected'],
  ] as const) {
    await tokenWhile((_request, response) => send(response, status, status === 200 ? goodSecret() : openAiError(null)))
    const { status: own, json } = await ask(`${plain.url}/healthz`)
    assert.deepEqual([own, json.status, json.openai_status], [200, 'healthy', expected], `after ${status}`)
  }
})

const KNOWN: Record<string, string[]> = {
  '/': ['GET', 'HEAD'],
  '/healthz': ['GET', 'HEAD'],
  '/readyz': ['GET', 'HEAD'],
  '/docs': ['GET', 'HEAD'],
  '/docs/': ['GET', 'HEAD'],
  '/docs/static/index.css': ['GET', 'HEAD'],
  '/openapi.json': ['GET', 'HEAD'],
  '/metrics': ['GET', 'HEAD'],
  '/v1/realtime/options': ['GET', 'HEAD'],
  '/v1/realtime/token': ['POST'],
  '/v1/voice/metrics': ['GET', 'HEAD'],
  '/v1/voice/reports': ['POST'],
  '/v1/voice/events': ['GET'],
  '/monitor': ['GET', 'HEAD'],
}

test('a wrong method on any known address is 405, and Allow lists exactly the right ones', async () => {
  for (const [path, allowed] of Object.entries(KNOWN))
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].filter(one => !allowed.includes(one))) {
      const answer = await ask(plain.url + path, { method, headers: { ...FROM_ESPN, ...bearer(ADMIN_TOKEN) } })
      assertFailure(answer, 405, 'method_not_allowed')
      const listed = (answer.headers.get('allow') ?? '').split(', ').filter(one => one !== 'OPTIONS')
      assert.deepEqual(listed.sort(), allowed, `${method} ${path}`)
    }
})

test('methods that no route takes are 405 on known addresses and 404 on others', async () => {
  for (const method of ['PROPFIND', 'TRACE', 'LOCK', 'SEARCH'])
    for (const [path, status, type] of [
      ['/v1/realtime/token', 405, 'method_not_allowed'],
      ['/nowhere', 404, 'not_found'],
    ] as const)
      assertFailure(await sendBytes(plain.port, requestText(`${method} ${path}`)), status, type)
})

test('HEAD has the headers of GET and no body, on errors too', async () => {
  for (const [path, status] of [
    ['/healthz', 200],
    ['/v1/realtime/options', 200],
    ['/v1/realtime/token', 405],
    ['/nowhere', 404],
  ] as const) {
    const answer = await ask(plain.url + path, { method: 'HEAD', headers: FROM_ESPN })
    assert.deepEqual([answer.status, answer.text], [status, ''])
    assertSafeHeaders(answer)
    assertReadableBy(answer, ALLOWED_ORIGIN)
  }
})

test('a preflight of an allowed page is 204 with all it needs, cached for ten minutes', async () => {
  for (const path of ['/v1/realtime/token', '/v1/realtime/options', '/healthz']) {
    const answer = await preflight(path, ALLOWED_ORIGIN)
    assert.deepEqual([answer.status, answer.text], [204, ''])
    assertSafeHeaders(answer)
    assertReadableBy(answer, ALLOWED_ORIGIN)
    assert.equal(answer.headers.get('access-control-max-age'), '600')
    const list = (name: string) => (answer.headers.get(name) ?? '').split(', ').sort()
    assert.deepEqual(list('access-control-allow-methods'), ['DELETE', 'GET', 'POST'])
    const headers = ['Authorization', 'Content-Type', 'X-OpenAI-Agents-SDK', 'X-Request-ID']
    assert.deepEqual(list('access-control-allow-headers'), headers)
  }
})

test("a foreign page's preflight is 403 and unreadable to it", async () => {
  for (const origin of [
    'https://malicious-site.com',
    'null',
    'https://www.espn.com.evil.test',
    'http://www.espn.com',
  ]) {
    const answer = await preflight('/v1/realtime/token', origin)
    assertFailure(answer, 403, 'origin_not_allowed')
    assertUnreadable(answer)
  }
})

function preflight(path: string, origin: string): Promise<Answered> {
  const headers = {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,content-type',
  }
  return ask(plain.url + path, { method: 'OPTIONS', headers })
}

test('a body of exactly 64 KiB is taken, and one byte more is 413, whether its length is declared or not', async () => {
  const url = `${plain.url}/v1/realtime/token`
  for (const [bytes, status] of [
    [65_536, 200],
    [65_537, 413],
    [1_000_000, 413],
  ] as const) {
    const body = '{}'.padEnd(bytes)
    const headers = { ...FROM_ESPN, 'content-type': 'application/json' }
    const declared = await fetch(url, { method: 'POST', headers, body })
    const streamed = await fetch(url, { method: 'POST', headers, body: new Blob([body]).stream(), duplex: 'half' })
    for (const response of [declared, streamed]) {
      assert.equal(response.status, status, `${bytes} bytes`)
      const text = await response.text()
      const answer = { status: response.status, headers: response.headers, text, json: JSON.parse(text) }
      if (status === 413) assertFailure(answer, 413, 'payload_too_large')
    }
  }
})

test('bodies of other types, or of none, are 415; JSON with a charset is taken', async () => {
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/json',
    ';',
  ])
    assertFailure(await postToken(type, '{}'), 415, 'unsupported_media_type')
  assertFailure(
    await sendBytes(plain.port, requestText('POST /v1/realtime/token', [], '{}')),
    415,
    'unsupported_media_type',
  )
  assert.equal((await postToken('application/json; charset=utf-8', '{}')).status, 200)
})

test('a compressed body is 415, which says to send it plain', async () => {
  const send = (encoding: string) => {
    const headers = { ...FROM_ESPN, 'content-type': 'application/json', 'content-encoding': encoding }
    return ask(`${plain.url}/v1/realtime/token`, { method: 'POST', body: '{}', headers })
  }
  const refused = await send('gzip')
  assertFailure(refused, 415, 'unsupported_media_type')
  assert.match(refused.json.detail, /plain, without Content-Encoding/)
  assert.equal((await send('Identity')).status, 200)
})

test('an absent, empty or blank body counts as an empty object', async () => {
  const typed = 'Content-Type: application/json'
  const bodies = [
    requestText('POST /v1/realtime/token'),
    requestText('POST /v1/realtime/token', ['Content-Length: 0']),
    requestText('POST /v1/realtime/token', [typed, 'Content-Length: 0']),
    requestText('POST /v1/realtime/token', [typed]),
    requestText('POST /v1/realtime/token', [typed], ' \r\n\t '),
    requestText('POST /v1/realtime/token', [typed], '{}'),
  ]
  for (const text of bodies) {
    const answer = await sendBytes(plain.port, text)
    assert.equal(answer.status, 200, JSON.stringify(text))
  }
})

test('what is not JSON is 422 malformed_json, and the answer quotes none of it', async () => {
  const bodies = [
    '{',
    '{"voice"}',
    "{'voice':'verse'}",
    '{"voice":"verse",}',
    'voice=verse',
    'undefined',
    'NaN',
    '{}{}',
    '\u0000',
  ]
  for (const body of bodies) assertFailure(await postToken('application/json', body), 422, 'malformed_json')
  const quoted = await postToken('application/json', '{"instructions":"my-own-words" my-own-words')
  assertFailure(quoted, 422, 'malformed_json')
  assert.doesNotMatch(quoted.text, /my-own-words/)
})

test('JSON that is not UTF-8 is malformed', async () => {
  for (const bytes of [[0xff, 0xfe], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0x80]]) {
    const body = Buffer.concat([Buffer.from('{"context":"'), Buffer.from(bytes), Buffer.from('"}')])
    const head = requestText('POST /v1/realtime/token', [
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
    ])
    assertFailure(await sendBytes(plain.port, Buffer.concat([Buffer.from(head), body])), 422, 'malformed_json')
  }
})

const namedFields = ({ json }: Answered) => json.error.details.fields.map((field: { path: string }) => field.path)

test('a body that is JSON but no object is 422, with the reason', async () => {
  for (const body of ['null', '[]', '[{}]', '"x"', '""', '0', 'true']) {
    const answer = await postToken('application/json', body)
    assertFailure(answer, 422, 'validation_failed')
    assert.ok(answer.json.error.details.fields.length > 0, body)
  }
})

test('every bad field is named, each with what is wrong, whatever it is called', async () => {
  const body = `{"model":"gpt-9","voice":5,"instructions":"","difficulty":null,"sport":["golf"],"mode":"shout","context":{},
    "colour":1,"temperature":0.8,"__proto__":{"voice":"x"},"constructor":{},"toString":1,"hasOwnProperty":2,"":3,"a.b/c":4}`
  const answer = await postToken('application/json', body)
  assertFailure(answer, 422, 'validation_failed')
  assert.deepEqual([...new Set(namedFields(answer))].sort(), Object.keys(JSON.parse(body)).sort())
  for (const { path, message } of answer.json.error.details.fields) {
    assert.equal(typeof path, 'string')
    assert.ok(typeof message === 'string' && message.length > 0)
    assert.doesNotMatch(message, /NOT|must be (string|object|array)|properties/, 'these are the validator’s words')
  }
  for (const name of ['model', 'voice', 'colour']) assert.match(answer.json.error.message, new RegExp(name))
})

test('an unknown model or voice is answered with what there is', async () => {
  const answer = await askToken(plain.url, { model: 'gpt-9', voice: 'robot' }, FROM_ESPN)
  assert.match(answer.text, /gpt-realtime/)
  assert.match(answer.text, /cedar/)
})

test('lengths are counted as promised: 8,000 characters of instructions, 1,000 of context', async () => {
  const status = async (body: object) => (await askToken(plain.url, body)).status
  assert.equal(await status({ instructions: 'é'.repeat(8000), context: 'é'.repeat(1000) }), 200)
  assert.equal(await status({ instructions: null, context: null }), 200)
  for (const body of [
    { instructions: 'x'.repeat(8001) },
    { context: 'x'.repeat(1001) },
    { instructions: '' },
    { context: '' },
  ])
    assert.equal(await status(body), 422)
})

test('thousands of unknown fields make a bounded answer', async () => {
  const body = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`f${i}`, i]))
  const answer = await askToken(plain.url, body, FROM_ESPN)
  assertFailure(answer, 422, 'validation_failed')
  assert.ok(answer.text.length < 65_536)
})

const BROKEN: Record<string, string> = {
  'no HTTP at all': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  'a method that does not exist': 'SHOUT / HTTP/1.1\r\nHost: x\r\n\r\n',
  'a wrong version': 'GET / HTTP/9.9\r\nHost: x\r\n\r\n',
  'a bad header name': 'GET / HTTP/1.1\r\nHost: x\r\nbad name: x\r\n\r\n',
  'a control character in a header': 'GET / HTTP/1.1\r\nHost: x\r\nX-A: a\u0001b\r\n\r\n',
  'two framings at once':
    'POST /v1/realtime/token HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n',
  'a length that is no number': 'POST /v1/realtime/token HTTP/1.1\r\nHost: x\r\nContent-Length: ten\r\n\r\n',
  'two lengths': 'POST /v1/realtime/token HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}',
  'a chunk without a size':
    'POST /v1/realtime/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n',
}

test('what cannot be read as HTTP is answered 400 in the same shape, and the connection closed', async t => {
  for (const [name, bytes] of Object.entries(BROKEN))
    await t.test(name, async () => {
      const answer = await sendBytes(plain.port, bytes)
      assertFailure(answer, 400, 'malformed_request')
      assert.equal(answer.headers.get('connection'), 'close')
    })
})

test('a method that HTTP does not know is told of besides', async () => {
  const answer = await sendBytes(plain.port, requestText('FOO /v1/realtime/token', []))
  assertFailure(answer, 400, 'malformed_request')
  assert.match(answer.json.error.message, /method is unknown/)
})

test("the docs page's files go out whole, whatever range is asked for", async () => {
  for (const range of ['bytes=0-9', 'bytes=99999999-', 'bytes=-0', 'lines=1-2'])
    assert.equal(
      (await ask(`http://127.0.0.1:${plain.port}/docs/static/swagger-ui.css`, { headers: { range } })).status,
      200,
      range,
    )
})

test('a file of the docs page that is not there, or that nobody may have, is 404 like any other address', async () => {
  for (const path of ['nothing.css', '%00', '..%2f..%2fpackage.json', '%2e%2e/%2e%2e/package.json'])
    assertFailure(await sendBytes(plain.port, requestText(`GET /docs/static/${path}`)), 404, 'not_found')
})

test('an address that cannot be decoded is refused in the same shape, and the service lives on', async () => {
  const fragile = await startService({ OPENAI_BASE_URL: upstream.baseUrl, POOL_ENABLED: 'false' })
  try {
    for (const target of ['/%zz', '/%', '/v1/realtime/%c3%28', '/v1/realtime/token%', '/docs/static/%ff']) {
      const answer = await sendBytes(fragile.port, requestText(`GET ${target}`, [`Origin: ${ALLOWED_ORIGIN}`]))
      assert.ok(answer.status === 404 || answer.status === 400, `${target}: ${answer.status}`)
      assertFailure(answer, answer.status, answer.json.error.type)
    }
    assert.equal((await ask(`${fragile.url}/healthz`)).status, 200)
  } finally {
    await fragile.stop()
  }
})

test('odd but readable requests are answered like any other', async () => {
  const head = ['Connection: close', '', '']
  const requests: Record<string, number> = {
    [['GET /healthz HTTP/1.1', ...head].join('\r\n')]: 200,
    [['GET /healthz HTTP/1.0', ...head].join('\r\n')]: 200,
    [requestText('GET http://parker.test/healthz')]: 200,
    [requestText('GET http://127..0.1/healthz')]: 200,
    [requestText('GET http:///healthz')]: 404,
    [requestText('GET http://parker.test/healthz#x')]: 404,
    [requestText('GET /healthz', ['Upgrade: websocket'])]: 200,
    [requestText('GET /healthz?x=%zz')]: 200,
    [requestText('OPTIONS *')]: 404,
    [requestText('GET //')]: 404,
    [requestText('GET /v1/realtime/token/')]: 404,
    [requestText('GET /V1/REALTIME/TOKEN')]: 404,
    [requestText(`GET /${'a'.repeat(8000)}`)]: 404,
  }
  for (const [text, status] of Object.entries(requests)) {
    const answer = await sendBytes(plain.port, text)
    assert.equal(answer.status, status, text.slice(0, 80))
    assertSafeHeaders(answer)
  }
})

test('Expect: 100-continue is honoured, and any other expectation gets an answer with a request id', async () => {
  const typed = 'Content-Type: application/json'
  const awaited = await sendBytes(
    plain.port,
    requestText('POST /v1/realtime/token', [typed, 'Expect: 100-continue'], '{}'),
  )
  assert.equal(awaited.status, 200)
  const strange = await sendBytes(plain.port, requestText('POST /v1/realtime/token', [typed, 'Expect: miracles'], '{}'))
  assertSafeHeaders(strange)
})

test("a caller's own request id is kept if plain and short, else replaced, on errors as elsewhere", async () => {
  const idFor = async (id: string) => {
    const answer = await askToken(plain.url, { nonsense: 1 }, { 'x-request-id': id })
    assertFailure(answer, 422, 'validation_failed')
    return answer.headers.get('x-request-id') ?? ''
  }
  for (const id of ['a', 'A-z_0.9', 'x'.repeat(128)]) assert.equal(await idFor(id), id)
  for (const id of ['x'.repeat(129), 'a b', 'ä', 'a/b', '<script>', 'a,b']) {
    const replaced = await idFor(id)
    assert.notEqual(replaced, id)
    assert.match(replaced, REQUEST_ID)
  }
})

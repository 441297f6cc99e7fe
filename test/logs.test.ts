import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { ask, askToken } from './harness/ask.ts'
import { ALLOWED_ORIGIN } from './harness/failures.ts'
import type { LogLine } from './harness/log-lines.ts'
import { startQuietly } from './harness/quiet-service.ts'
import { requestText, sendBytes } from './harness/raw-http.ts'
import { API_KEY, type RunningService, startService } from './harness/service.ts'
import { goodSecret, healthy, openAiError, send, startUpstream, type Upstream } from './harness/upstream.ts'

/** A name that no catalogue knows, so that no date changes its meaning. */
const MODEL = 'gpt-of-the-test'

/** What stands for a client. */
const HASH = /^[A-Za-z0-9_-]{8,}$/

const PREFLIGHT = {
  origin: ALLOWED_ORIGIN,
  'access-control-request-method': 'POST',
  'access-control-request-headers': 'content-type',
}

const isMilliseconds = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value < 60_000
const isTime = (value: string) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value)

let upstream: Upstream
before(async () => {
  upstream = await startUpstream()
})
beforeEach(() => upstream.behave(healthy))
after(() => upstream.close())

describe('the log', () => {
  let service: RunningService
  before(async () => {
    // One proxy is trusted, so that tests can come from any address.
    service = await startService({ OPENAI_BASE_URL: upstream.baseUrl, TRUST_PROXY: '1', REALTIME_MODEL: MODEL })
  })
  after(() => service.stop())

  const requestLine = (id: string) => service.logged(line => line.msg === 'request' && line.request_id === id)
  const linesOf = (id: string) => service.logs().filter(line => line.request_id === id)

  it("has a request's names, outcome, times and origins in one line", async () => {
    upstream.behave((_request, response) => send(response, 200, goodSecret(), { 'x-request-id': 'req_of_openai' }))
    const body = { voice: 'cedar', difficulty: 'savage', mode: 'debate', sport: 'hockey' }
    await askToken(service.url, body, { 'x-request-id': 'log-1', origin: ALLOWED_ORIGIN })
    const line = await requestLine('log-1')
    const { time, duration_ms, openai_ms, client, ...rest } = line
    assert.deepEqual(rest, {
      level: 'info',
      msg: 'request',
      request_id: 'log-1',
      method: 'POST',
      path: '/v1/realtime/token',
      status: 200,
      origin: ALLOWED_ORIGIN,
      model: MODEL,
      ...body,
      pool_hit: false,
      mint_id: 'log-1',
      openai_request_id: 'req_of_openai',
    })
    assert.ok(isTime(time))
    assert.ok(isMilliseconds(duration_ms) && isMilliseconds(openai_ms) && duration_ms >= openai_ms && openai_ms > 0)
    assert.match(String(client), HASH)
  })

  it('audits each credential with token_issued, once', async () => {
    const { json } = await askToken(
      service.url,
      { voice: 'marin' },
      { 'x-request-id': 'audit-1', origin: ALLOWED_ORIGIN },
    )
    const request = await requestLine('audit-1')
    const [issued, ...more] = linesOf('audit-1').filter(line => line.msg === 'token_issued')
    assert.deepEqual(more, [])
    assert.ok(issued)
    const { time, openai_ms, ...rest } = issued
    assert.deepEqual(rest, {
      level: 'info',
      msg: 'token_issued',
      request_id: 'audit-1',
      session_id: json.session_id,
      client: request.client,
      origin: ALLOWED_ORIGIN,
      model: MODEL,
      voice: 'marin',
      difficulty: 'easy',
      pool_hit: false,
      mint_id: 'audit-1',
      expires_at: json.expires_at,
    })
    assert.ok(isTime(time) && isMilliseconds(openai_ms))
  })

  const OUTCOMES: Outcome[] = [
    ['get', 'GET', '/healthz', 200],
    ['head', 'HEAD', '/healthz', 200],
    ['root', 'GET', '/', 200],
    ['docs', 'GET', '/openapi.json', 200],
    ['unknown', 'GET', '/no/such/path', 404],
    ['unknown-head', 'HEAD', '/no/such/path', 404],
    ['method', 'DELETE', '/v1/realtime/token', 405],
    ['origin', 'POST', '/v1/realtime/token', 403, { headers: { origin: 'https://malicious-site.com' } }],
    ['referer', 'POST', '/v1/realtime/token', 403, { headers: { referer: 'https://malicious-site.com/x' } }],
    ['preflight', 'OPTIONS', '/v1/realtime/token', 204, { headers: PREFLIGHT }],
    ['field', 'POST', '/v1/realtime/token', 422, { body: { voice: 'nobody' } }],
    ['json', 'POST', '/v1/realtime/token', 422, { body: '{' }],
    ['large', 'POST', '/v1/realtime/token', 413, { body: `"${'x'.repeat(70_000)}"` }],
    ['type', 'POST', '/v1/realtime/token', 415, { body: 'x', headers: { 'content-type': 'text/plain' } }],
    ['upstream', 'POST', '/v1/realtime/token', 500, {}],
  ]
  for (const [id, method, path, status, options = {}] of OUTCOMES)
    it(`has exactly one request line for ${method} ${path} that ends with ${status} (${id})`, async () => {
      upstream.behave((_request, response) => send(response, 401, openAiError('invalid_api_key')))
      const { headers = {}, ...rest } = options
      const answer = await ask(service.url + path, { method, ...rest, headers: { ...headers, 'x-request-id': id } })
      assert.equal(answer.status, status)
      const line = await requestLine(id)
      assert.deepEqual([line.method, line.path, line.status], [method, path, status])
      assert.equal(line.level, status >= 500 ? 'error' : status >= 400 ? 'warn' : 'info')
      if (method !== 'HEAD') assert.equal(line.error, answer.json?.error?.type)
      assert.equal(typeof line.error, status >= 400 ? 'string' : 'undefined')
      assert.match(String(line.client), /^[0-9a-f]{32}$/)
      // A later request's line shows that nothing more is on its way for this one.
      await ask(`${service.url}/healthz`, { headers: { 'x-request-id': `${id}-after` } })
      await requestLine(`${id}-after`)
      assert.equal(linesOf(id).filter(({ msg }) => msg === 'request').length, 1)
      assert.equal(linesOf(id).filter(({ msg }) => msg === 'token_issued').length, 0)
    })

  const UNREAD: [type: string, status: number, bytes: string][] = [
    ['malformed_request', 400, 'GET / HTTP/1.1\r\nno header\r\n\r\n'],
    ['headers_too_large', 431, requestText('GET /', [`X: ${'x'.repeat(20_000)}`])],
    ['method_not_allowed', 405, requestText('CONNECT 203.0.113.99:443')],
  ]
  for (const [type, status, bytes] of UNREAD)
    it(`has a request line, too, for what ends with ${status} ${type} before it is a request`, async () => {
      const { headers } = await sendBytes(service.port, bytes)
      const request_id = headers.get('x-request-id') ?? ''
      const { time, client, ...rest } = await requestLine(request_id)
      const method = type === 'method_not_allowed' ? { method: 'CONNECT' } : {}
      assert.deepEqual(rest, { level: 'warn', msg: 'request', request_id, ...method, status, error: type })
      assert.match(String(client), HASH)
    })

  it('says when a caller hung up before its answer, and audits no credential then', { timeout: 10_000 }, async () => {
    const asked = new Promise<() => void>(resolve =>
      upstream.behave((_request, response) => resolve(() => send(response, 200, goodSecret()))),
    )
    const hangUp = new AbortController()
    const url = `${service.url}/v1/realtime/token`
    const gone = fetch(url, { method: 'POST', headers: { 'x-request-id': 'gone' }, signal: hangUp.signal })
    const answer = await asked
    hangUp.abort()
    await assert.rejects(gone)
    const line = await requestLine('gone')
    assert.equal(line.status, 499)
    upstream.behave(healthy)
    answer()
    await askToken(service.url, {}, { 'x-request-id': 'after-gone' })
    await requestLine('after-gone')
    assert.deepEqual(
      linesOf('gone').filter(({ msg }) => msg === 'token_issued'),
      [],
    )
  })

  it('gives a client the same hash each time, and another client another', async () => {
    const from = async (id: string, address: string) => {
      await ask(`${service.url}/healthz`, { headers: { 'x-request-id': id, 'x-forwarded-for': address } })
      return (await requestLine(id)).client
    }
    const [one, again, other] = [
      await from('hash-1', '203.0.113.77'),
      await from('hash-2', '203.0.113.77'),
      await from('hash-3', '203.0.113.78'),
    ]
    assert.match(String(one), HASH)
    assert.equal(one, again)
    assert.notEqual(one, other)
  })

  it('holds nothing confidential, whatever the outcome', async () => {
    const confidential = {
      instructions: 'These-instructions-are-confidential.',
      context: 'This-context-is-confidential.',
    }
    const headers = { 'x-forwarded-for': '203.0.113.99', authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.c2lnbmF0dXJl' }
    const { json } = await askToken(`${service.url}`, confidential, { ...headers, 'x-request-id': 'secret-1' })
    await ask(`${service.url}/healthz?key=query-is-confidential`, {
      headers: { ...headers, 'x-request-id': 'secret-2' },
    })
    await askToken(service.url, { ...confidential, voice: 'x' }, { ...headers, 'x-request-id': 'secret-3' })
    upstream.behave((request, response) =>
      send(response, 400, openAiError('bad', 'invalid_request_error', `You sent ${request.body} with ${API_KEY}`)),
    )
    await askToken(service.url, confidential, { ...headers, 'x-request-id': 'secret-4' })
    const misplaced = [json.client_secret, json.report_key, API_KEY, headers.authorization.slice(7)]
    for (const [i, credential] of misplaced.entries())
      await ask(`${service.url}/v1/realtime/calls/${credential}`, { headers: { 'x-request-id': `secret-${5 + i}` } })
    for (const n of [1, 2, 3, 4, 5, 6, 7, 8]) await requestLine(`secret-${n}`)
    const never = ['confidential', API_KEY, json.client_secret, json.report_key, '203.0.113.99', 'eyJhbGci']
    for (const text of never) assert.ok(!service.output().includes(text), `the log has ${text}`)
  })

  it('is JSON line by line from start to end, each with time, level and msg, and nothing else is written', async () => {
    const other = await startService({ OPENAI_BASE_URL: upstream.baseUrl, LOG_LEVEL: 'trace' })
    await askToken(other.url)
    await ask(`${other.url}/nothing`)
    assert.equal(await other.stop(), 0)
    const lines = other.output().trimEnd().split('\n')
    assert.ok(lines.length >= 5)
    for (const text of lines) {
      const line: LogLine = JSON.parse(text)
      assert.ok(isTime(line.time) && typeof line.msg === 'string', text)
      assert.match(line.level, /^(trace|debug|info|warn|error|fatal)$/)
    }
  })
})

const WATCHED = ['openai_attempt ok', 'request 200', 'request 404', 'request 500']

describe('the settings of the log', () => {
  for (const [level, seen] of [
    ['debug', ['openai_attempt ok', 'request 200', 'request 404', 'request 500']],
    ['INFO', ['request 200', 'request 404', 'request 500']],
    ['Warning', ['request 404', 'request 500']],
    ['error', ['request 500']],
    ['CRITICAL', []],
    ['silent', []],
  ] as const)
    it(`LOG_LEVEL=${level} decides which lines are written`, async () => {
      const service = await startQuietly({ OPENAI_BASE_URL: upstream.baseUrl, LOG_LEVEL: level })
      await askToken(service.url)
      await ask(`${service.url}/nothing`)
      upstream.behave((_request, response) => send(response, 401, openAiError('invalid_api_key')))
      await askToken(service.url)
      assert.equal(await service.stop(), 0)
      const lines: LogLine[] = service
        .stdout()
        .split('\n')
        .filter(Boolean)
        .map(text => JSON.parse(text))
      const names = lines.map(({ msg, status, outcome }) =>
        msg === 'request' ? `request ${status}` : `${msg} ${outcome}`,
      )
      assert.deepEqual(
        WATCHED.filter(name => names.includes(name)),
        seen,
      )
      assert.equal(service.stderr(), '')
    })

  it('LOG_FORMAT=pretty writes for people: one readable line a request, and no JSON', async () => {
    const service = await startQuietly({ OPENAI_BASE_URL: upstream.baseUrl, LOG_FORMAT: 'pretty' })
    await ask(`${service.url}/nothing`, { headers: { 'x-request-id': 'pretty-1' } })
    assert.equal(await service.stop(), 0)
    const text = service.stdout()
    assert.match(text, /INFO.*is listening/)
    assert.match(text, /WARN.*request/)
    assert.match(text, /request_id: "pretty-1"/)
    assert.match(text, /Stopped\./)
    for (const line of text.split('\n')) assert.doesNotMatch(line, /^\{.*\}$/)
    assert.equal(service.stderr(), '')
  })
})

/** What is asked, and how it ends. */
type Outcome = [
  id: string,
  method: string,
  path: string,
  status: number,
  options?: { headers?: Record<string, string>; body?: unknown },
]

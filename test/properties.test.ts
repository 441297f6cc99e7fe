import assert from 'node:assert/strict'
import { Agent, type IncomingHttpHeaders, request } from 'node:http'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import type { Answered } from './harness/ask.ts'
import { ALLOWED_ORIGIN, assertFailure, assertNoInsides, assertSafeHeaders, REQUEST_ID } from './harness/failures.ts'
import { type RunningService, startService } from './harness/service.ts'
import { startUpstream, type Upstream } from './harness/upstream.ts'

let upstream: Upstream
let service: RunningService
const agent = new Agent({ keepAlive: true })

before(async () => {
  upstream = await startUpstream()
  service = await startService({
    OPENAI_BASE_URL: upstream.baseUrl,
    POOL_ENABLED: 'false',
    TRUST_PROXY: '1',
    ADMIN_TOKEN: 'a-token-nobody-guesses',
  })
})

after(async () => {
  agent.destroy()
  await service.stop()
  await upstream.close()
})

interface Sent {
  method: string
  path: string
  headers: Record<string, string>
  body?: string
}

/** Sends header values byte for byte, which `fetch` would mend. */
function exchange({ method, path, headers, body }: Sent, port = service.port): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ agent, host: '127.0.0.1', port, method, path, headers }, incoming => {
      const chunks: Buffer[] = []
      incoming.on('data', chunk => chunks.push(chunk))
      incoming.on('error', reject)
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        const status = incoming.statusCode ?? 0
        resolve({
          status,
          headers: asHeaders(incoming.headers),
          text,
          json: parse(text),
        })
      })
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function asHeaders(headers: IncomingHttpHeaders): Headers {
  return new Headers(Object.entries(headers).map(([name, value]) => [name, String(value)] as [string, string]))
}

/** For a shell, byte by byte; header values are Latin-1. */
function quoted(text: string, encoding: 'latin1' | 'utf8' = 'utf8'): string {
  const escaped = (character: string) =>
    [...Buffer.from(character, encoding)].map(byte => `\\x${byte.toString(16).padStart(2, '0')}`).join('')
  return `$'${text.replace(/[^ -~]|['\\]/gu, escaped)}'`
}

/** The same request, to be tried by hand. */
function curl({ method, path, headers, body }: Sent, port = service.port): string {
  const given = Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`, 'latin1')}`)
  const data = body === undefined ? [] : [`--data-binary ${quoted(body)}`]
  const url = quoted(`http://127.0.0.1:${port}${path}`)
  return ['curl -i --path-as-is -X', method, ...given, ...data, url].join(' ')
}

/** Asks, and holds the answer to what is promised; a failure says how to ask again. */
async function hold(sent: Sent, promise: (answer: Answered) => void, port = service.port): Promise<void> {
  let answer: Answered | undefined
  try {
    answer = await exchange(sent, port)
    assertSafeHeaders(answer)
    assertNoInsides(answer)
    promise(answer)
  } catch (error) {
    const got = answer ? `${answer.status} ${answer.text}` : 'no answer'
    throw new Error(`${(error as Error).message}\n${curl(sent, port)}\n→ ${got}`, { cause: error })
  }
}

/** So many runs; the search for a smaller counterexample ends after 20 s. */
const runs = (numRuns: number) => ({ numRuns, interruptAfterTimeLimit: 20_000 })

const JSON_TYPE = { 'content-type': 'application/json' }

const tokenRequest = (body: string, headers: Record<string, string> = {}): Sent => ({
  method: 'POST',
  path: '/v1/realtime/token',
  headers: { ...JSON_TYPE, ...headers },
  body,
})

const SECRET = /^ek_/

function assertToken({ status, json }: Answered): void {
  assert.equal(status, 200)
  assert.match(json.client_secret, SECRET)
}

/** Most values that a program sends by mistake, and some that only an attacker does. */
const anything = fc.oneof(
  fc.jsonValue(),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    'verse',
    'gpt-realtime',
    'easy',
    'savage',
    'golf',
    'mma',
    'debate',
    '',
    null,
    0,
    -1,
    1e308,
    true,
    [],
    {},
  ),
  fc.integer({ min: 990, max: 1010 }).map(length => 'x'.repeat(length)),
  fc.integer({ min: 7990, max: 8010 }).map(length => 'é'.repeat(length)),
)

const FIELDS = ['model', 'voice', 'instructions', 'difficulty', 'sport', 'mode', 'context'] as const
type Field = (typeof FIELDS)[number]

const isText = (value: unknown, max: number) =>
  value === null || (typeof value === 'string' && value.length > 0 && [...value].length <= max)

const VALID: Record<Field, (value: unknown) => boolean> = {
  model: value => value === 'gpt-realtime',
  voice: value => value === 'verse',
  instructions: value => isText(value, 8000),
  difficulty: value => value === 'easy' || value === 'savage',
  sport: value => value === 'golf' || value === 'mma',
  mode: value => value === 'debate',
  context: value => isText(value, 1000),
}

test('any JSON at all is answered 200 or 422, in the promised shape', async () => {
  await fc.assert(
    fc.asyncProperty(fc.json({ maxDepth: 4 }), body =>
      hold(tokenRequest(body), answer => {
        if (answer.status === 200) assertToken(answer)
        else assertFailure(answer, 422, 'validation_failed')
      }),
    ),
    runs(100),
  )
})

test('any bytes at all are answered 200 or 422', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 60 }), body =>
      hold(tokenRequest(body), answer => {
        if (answer.status === 200) assertToken(answer)
        else
          assertFailure(
            answer,
            422,
            answer.json.error.type === 'malformed_json' ? 'malformed_json' : 'validation_failed',
          )
      }),
    ),
    runs(60),
  )
})

test('whatever the fields hold, exactly the bad ones are named', async () => {
  const some = Object.fromEntries(FIELDS.map(name => [name, anything])) as Record<Field, typeof anything>
  const bodies = fc
    .record(some, { requiredKeys: [] })
    .filter(fields => Buffer.byteLength(JSON.stringify(fields)) <= 65_536)
  await fc.assert(
    fc.asyncProperty(bodies, fields => {
      const bad = FIELDS.filter(name => Object.hasOwn(fields, name) && !VALID[name](fields[name]))
      return hold(tokenRequest(JSON.stringify(fields)), answer => {
        if (bad.length === 0) return assertToken(answer)
        assertFailure(answer, 422, 'validation_failed')
        const named = answer.json.error.details.fields.map(({ path }: { path: string }) => path)
        assert.deepEqual([...new Set(named)].sort(), bad.sort())
      })
    }),
    runs(150),
  )
})

test('a field of any unknown name is refused by that name', async () => {
  const names = fc.oneof(
    fc.string({ minLength: 1, maxLength: 30 }),
    fc.constantFrom(
      '__proto__',
      'constructor',
      'prototype',
      'toString',
      'length',
      'Model',
      'voice ',
      'session',
      '$ref',
    ),
  )
  await fc.assert(
    fc.asyncProperty(
      names.filter(name => !FIELDS.some(field => field === name)),
      name =>
        hold(tokenRequest(`{${JSON.stringify(name)}:1}`), answer => {
          assertFailure(answer, 422, 'validation_failed')
          assert.deepEqual(answer.json.error.details.fields, [{ path: name, message: 'unknown field: leave it out' }])
        }),
    ),
    runs(80),
  )
})

/** A value that may stand in a header: visible bytes, spaces and tabs within, and the upper half of Latin-1. */
const headerValue = fc
  .array(
    fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 0x20, max: 0x7e }) },
      fc.integer({ min: 0x80, max: 0xff }),
      fc.constant(9),
    ),
    {
      maxLength: 200,
    },
  )
  .map(codes => String.fromCharCode(...codes).trim())

const oneOf = (...likely: string[]) => fc.oneof(fc.constantFrom(...likely), headerValue)

const ids = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9._-]{1,128}$/),
  fc.stringMatching(/^[A-Za-z0-9._-]{127,140}$/),
  headerValue,
)
const origins = oneOf(
  ALLOWED_ORIGIN,
  'null',
  `${ALLOWED_ORIGIN}/`,
  ` ${ALLOWED_ORIGIN}`.trim(),
  'https://www.espn.com.evil.test',
  'HTTPS://WWW.ESPN.COM',
)
const referers = oneOf(
  `${ALLOWED_ORIGIN}/nba/game`,
  ALLOWED_ORIGIN,
  'https://www.espn.com@evil.test/',
  `${ALLOWED_ORIGIN}.evil.test/`,
  '//x',
  'about:blank',
)
const authorizations = oneOf('Bearer', 'Bearer x', 'bearer  a.b.c', 'Basic YTpi', 'Bearer a-token-nobody-guessed')
const forwarded = oneOf(
  '203.0.113.1',
  '1.2.3.4, 5.6.7.8',
  '::1',
  '[::1]:80',
  'unknown',
  ',,,',
  '2001:db8::1, ::ffff:1.2.3.4',
  '999.1.1.1',
)

const headers = fc.record(
  {
    'x-request-id': ids,
    origin: origins,
    referer: referers,
    authorization: authorizations,
    'x-forwarded-for': forwarded,
    'x-real-ip': forwarded,
  },
  { requiredKeys: [] },
)

const REFERER_ORIGIN = /^https:\/\/www\.espn\.com(?:[/?#]|$)/

test('whatever the headers say, the answer is the promised one, with an id', async () => {
  await fc.assert(
    fc.asyncProperty(headers, given =>
      hold(tokenRequest('{}', given), answer => {
        const own = given['x-request-id']
        const id = answer.headers.get('x-request-id') ?? ''
        assert.equal(id === own, own !== undefined && REQUEST_ID.test(own))
        const cors = answer.headers.get('access-control-allow-origin')
        assert.equal(cors, given.origin === ALLOWED_ORIGIN ? ALLOWED_ORIGIN : null)
        if (given.origin !== undefined && given.origin !== ALLOWED_ORIGIN)
          assertFailure(answer, 403, 'origin_not_allowed')
        else if (given.referer !== undefined && !REFERER_ORIGIN.test(given.referer))
          assertFailure(answer, 403, 'referer_not_allowed')
        else assertToken(answer)
      }),
    ),
    runs(200),
  )
})

const PATHS = [
  '/',
  '/healthz',
  '/readyz',
  '/openapi.json',
  '/v1/realtime/options',
  '/v1/realtime/token',
  '/v1/voice/metrics',
  '/v1/voice/reports',
  '/nope',
]

test('any method on any address is answered in order, and never with a 500', async () => {
  const methods = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'PROPFIND', 'TRACE')
  const path = fc
    .tuple(
      fc.constantFrom(...PATHS),
      fc.oneof(
        fc.constant(''),
        fc.webQueryParameters().map(query => `?${query}`),
        fc.webPath(),
      ),
    )
    .map(parts => parts.join(''))
  await fc.assert(
    fc.asyncProperty(methods, path, headers, (method, path, given) =>
      hold({ method, path, headers: given }, answer => {
        assert.ok([200, 204, 401, 403, 404, 405].includes(answer.status), `status ${answer.status}`)
        if (answer.status >= 400 && method !== 'HEAD') assertFailure(answer, answer.status, answer.json.error.type)
      }),
    ),
    runs(150),
  )
})

const visible = fc.integer({ min: 0x21, max: 0x7e }).map(code => String.fromCharCode(code))
const target = fc
  .array(fc.oneof(visible, fc.constantFrom('%', '%zz', '%00', '%2f', '%ff', '..', '//', '?', '#')), { maxLength: 30 })
  .map(parts => `/${parts.join('')}`)

test('any address at all, however encoded, is answered, and the service lives on', async () => {
  const own = await startService({ OPENAI_BASE_URL: upstream.baseUrl, POOL_ENABLED: 'false' })
  const allowed = (answer: Answered) => assert.ok([200, 400, 404].includes(answer.status))
  try {
    await fc.assert(
      fc.asyncProperty(target, path => hold({ method: 'GET', path, headers: {} }, allowed, own.port)),
      // Not made smaller: the first failure may be the end of the service.
      { numRuns: 80, endOnFailure: true },
    )
  } finally {
    await own.stop()
  }
})

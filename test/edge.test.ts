import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { SignJWT } from 'jose'
import { type Answered, ask, askToken } from './harness/ask.ts'
import { requestText, sendBytes } from './harness/raw-http.ts'
import type { RunningService } from './harness/service.ts'
import { serviceGroup } from './harness/services.ts'
import { healthy, openAiError, send, startUpstream, type Upstream } from './harness/upstream.ts'

const ESPN = 'https://www.espn.com'
const LOCAL = 'http://localhost:3000'
const CHROME = 'chrome-extension://abcdefghijklmnopabcdefghijklmnop'
const FIREFOX = 'moz-extension://2c127fa4-62c7-7e4f-90e5-472b45eecfdc'
const EVIL = 'https://evil.example'
const ADMIN = 'an-operators-token'
const JWT_SECRET = 'a-secret-of-32-characters-or-more'

const TOKEN = '/v1/realtime/token'
const OPTIONS = '/v1/realtime/options'
const OPEN_PATHS = ['/', '/healthz', '/readyz', '/docs/', '/openapi.json', '/metrics']

const EXPOSED = [
  'Deprecation',
  'Location',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'Server-Timing',
  'Sunset',
  'X-Request-ID',
]

const SETTINGS = {
  ALLOWED_ORIGINS: [ESPN, LOCAL, CHROME, 'moz-extension://*', 'chrome-extension://abc123'].join(','),
  UPSTREAM_MAX_RETRIES: '0',
}

let upstream: Upstream
let service: RunningService
/** JWTs required, two requests a minute, operators: every step of section 5 can refuse. */
let strict: RunningService
/** `CORS_ORIGINS` other than `ALLOWED_ORIGINS`, and POSTs only with an Origin. */
let split: RunningService

const { start, stopAll } = serviceGroup()

before(async () => {
  upstream = await startUpstream()
  const common = { ...SETTINGS, OPENAI_BASE_URL: upstream.baseUrl }
  const jwt = { AUTH_JWT_SECRET: JWT_SECRET, AUTH_ISSUER: 'https://issuer.test/', AUTH_AUDIENCE: 'parker' }
  ;[service, strict, split] = await Promise.all([
    start(common),
    start({ ...common, ...jwt, RATE_LIMIT_PER_MINUTE: '2', ADMIN_TOKEN: ADMIN }),
    start({ ...common, CORS_ORIGINS: LOCAL, REQUIRE_ORIGIN: 'true' }),
  ])
})

after(async () => {
  await stopAll()
  await upstream?.close()
})

const post = (headers: Record<string, string> = {}, body: unknown = {}) => askToken(service.url, body, headers)

const preflight = (origin: string, path = TOKEN, to = service) =>
  ask(to.url + path, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    },
  })

const corsNames = ({ headers }: Answered) => [...headers.keys()].filter(name => name.startsWith('access-control-'))
const listed = (value: string | null) => (value ?? '').split(', ').sort()

function assertReadable(answer: Answered, origin: string): void {
  assert.equal(answer.headers.get('access-control-allow-origin'), origin)
  assert.equal(answer.headers.get('access-control-allow-credentials'), 'true')
  assert.deepEqual(listed(answer.headers.get('access-control-expose-headers')), EXPOSED)
  assert.match(answer.headers.get('vary') ?? '', /\bOrigin\b/)
}

function assertRefused(answer: Answered, type: 'origin_not_allowed' | 'referer_not_allowed'): void {
  assert.equal(answer.status, 403)
  assert.equal(answer.json.error.type, type)
  const message = type === 'origin_not_allowed' ? 'Origin not allowed' : 'Referer not allowed'
  assert.deepEqual([answer.json.error.message, answer.json.detail], [message, message])
}

describe('the request id', () => {
  const NEW = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/

  it("is the caller's own if it is plain and short", async () => {
    for (const id of ['a', 'A.b_c-9', '...', 'x'.repeat(128)]) {
      const { headers } = await ask(`${service.url}/healthz`, { headers: { 'x-request-id': id } })
      assert.equal(headers.get('x-request-id'), id)
    }
  })

  it('is a new one otherwise, another each time', async () => {
    const bad = ['x'.repeat(129), 'a b', 'a/b', 'a;b', 'a,b', '<a>', 'é', '']
    const answers = await Promise.all(bad.map(id => ask(`${service.url}/healthz`, { headers: { 'x-request-id': id } })))
    const ids = answers.map(({ headers }) => headers.get('x-request-id') ?? '')
    for (const id of ids) assert.match(id, NEW)
    assert.equal(new Set(ids).size, bad.length)
  })

  it('is a new one where two were sent', async () => {
    const twice = ['X-Request-ID: one', 'X-Request-ID: two']
    const { headers } = await sendBytes(service.port, requestText('GET /healthz', twice))
    assert.match(headers.get('x-request-id') ?? '', NEW)
  })

  it('is on every answer: errors, preflights, HEAD, unknown paths, pages and files', async () => {
    const headers = { 'x-request-id': 'my-own-id' }
    const { url } = service
    const answers = await Promise.all([
      post(headers),
      post(headers, { voice: 'x' }),
      post(headers, '{'),
      post({ ...headers, origin: EVIL }),
      post({ ...headers, 'content-type': 'text/plain' }),
      ask(`${url}${TOKEN}`, { headers }),
      ask(`${url}/nothing`, { headers }),
      ask(`${url}/healthz`, { method: 'HEAD', headers }),
      ask(`${url}/nothing`, { method: 'HEAD', headers }),
      ask(`${url}/docs/static/index.css`, { headers }),
      ask(`${url}/docs/nothing`, { headers }),
      ask(`${url}${TOKEN}`, {
        method: 'OPTIONS',
        headers: { ...headers, origin: ESPN, 'access-control-request-method': 'POST' },
      }),
    ])
    for (const answer of answers) assert.equal(answer.headers.get('x-request-id'), 'my-own-id')
  })

  it('stands in the body of an error', async () => {
    const { json, headers } = await ask(`${service.url}/nothing`)
    assert.equal(json.error.request_id, headers.get('x-request-id'))
  })

  it('is sent on to OpenAI', async () => {
    const id = randomUUID()
    await post({ 'x-request-id': id })
    assert.equal(upstream.received.filter(({ headers }) => headers['x-client-request-id'] === id).length, 1)
  })
})

describe('an origin', () => {
  it('that is listed may ask', async () => {
    for (const origin of [ESPN, LOCAL, CHROME, FIREFOX]) {
      const answer = await post({ origin })
      assert.equal(answer.status, 200, origin)
      assertReadable(answer, origin)
    }
  })

  it('that is absent may ask', async () => {
    const answer = await post()
    assert.equal(answer.status, 200)
    assert.deepEqual(corsNames(answer), [])
  })

  it('that differs in anything is refused, and gets no CORS headers', async () => {
    const others = [
      EVIL,
      'null',
      'http://www.espn.com',
      'https://espn.com',
      'https://a.www.espn.com',
      'https://www.espn.com:443',
      'https://www.espn.com:8443',
      'https://www.espn.com/',
      'https://WWW.espn.com',
      'HTTPS://www.espn.com',
      'https://www.espn.com.evil.example',
      'https://www.espn.com@evil.example',
      'https://www.espn.com, https://evil.example',
      'http://localhost:3001',
      'http://localhost',
      CHROME.toUpperCase(),
      `${CHROME.slice(0, -1)}a`,
      'moz-extension://*',
      'moz-extension://',
      'moz-extension://evil.example',
      `${FIREFOX}.evil.example`,
      '*',
    ]
    for (const origin of others) {
      const answer = await post({ origin })
      assertRefused(answer, 'origin_not_allowed')
      assert.deepEqual(corsNames(answer), [], origin)
    }
  })

  it("that is the service's own is refused, unless it is listed", async () => {
    assertRefused(await post({ origin: service.url }), 'origin_not_allowed')
  })

  it('that was sent twice is refused', async () => {
    const twice = [`Origin: ${ESPN}`, `Origin: ${EVIL}`, 'Content-Type: application/json']
    assertRefused(await sendBytes(service.port, requestText(`POST ${TOKEN}`, twice, '{}')), 'origin_not_allowed')
  })

  it('is looked at under every spelling of the path that reaches the route', async () => {
    const head = [`Origin: ${EVIL}`, 'Content-Type: application/json']
    const ends = ['?x=1', '#x', ';x', '/', '%3Fx'].map(end => TOKEN + end)
    const others = [
      '/v1/realtime/%74oken',
      '/%76%31/realtime/token',
      '//v1/realtime/token',
      `http://parker.test${TOKEN}`,
    ]
    const served: string[] = []
    for (const path of [...ends, ...others]) {
      const { status } = await sendBytes(service.port, requestText(`POST ${path}`, head, '{}'))
      if (status !== 403 && status !== 404) served.push(`${status} ${path}`)
    }
    assert.deepEqual(served, [])
  })

  it('of a Chrome extension that Chrome cannot have made is allowed as listed, with a warning at the start', async () => {
    assert.equal((await post({ origin: 'chrome-extension://abc123' })).status, 200)
    const warnings = service.logs().filter(({ level, msg }) => level === 'warn' && msg.includes('chrome-extension://'))
    assert.equal(warnings.length, 1)
    assert.match(warnings[0]?.msg ?? '', /chrome-extension:\/\/abc123/)
  })

  it('is looked at for the options too', async () => {
    assertRefused(await ask(service.url + OPTIONS, { headers: { origin: EVIL } }), 'origin_not_allowed')
    const allowed = await ask(service.url + OPTIONS, { headers: { origin: ESPN } })
    assert.equal(allowed.status, 200)
    assertReadable(allowed, ESPN)
    assert.equal((await ask(service.url + OPTIONS)).status, 200)
  })

  it('that is refused is logged and counted', async () => {
    const counted = async () => {
      const { text } = await ask(`${service.url}/metrics`)
      return Number(/^parker_errors_total\{type="origin_not_allowed"\} (\d+)$/m.exec(text)?.[1] ?? 0)
    }
    const id = randomUUID()
    const earlier = await counted()
    await post({ origin: EVIL, 'x-request-id': id })
    const line = await service.logged(({ request_id, msg }) => request_id === id && msg === 'request')
    assert.deepEqual([line.status, line.error, line.origin], [403, 'origin_not_allowed', EVIL])
    assert.equal(await counted(), earlier + 1)
  })
})

describe('REQUIRE_ORIGIN', () => {
  it('refuses a POST without Origin', async () => {
    assertRefused(await askToken(split.url), 'origin_not_allowed')
  })

  it('refuses nothing else for that', async () => {
    assert.equal((await askToken(split.url, {}, { origin: ESPN })).status, 200)
    assert.equal((await ask(split.url + OPTIONS)).status, 200)
    assert.equal((await preflight(LOCAL, TOKEN, split)).status, 204)
    for (const path of OPEN_PATHS) assert.equal((await ask(split.url + path)).status, 200, path)
  })
})

describe('a referer', () => {
  it('may be any address under an allowed origin', async () => {
    const pages = [`${ESPN}/`, `${ESPN}/nba/game?id=1#top`, ESPN, `${LOCAL}/x`, `${CHROME}/panel.html`, `${FIREFOX}/p`]
    for (const referer of pages) assert.equal((await post({ referer })).status, 200, referer)
  })

  it('under any other origin is refused', async () => {
    const others = [
      `${EVIL}/`,
      'https://www.espn.com.evil.example/',
      'https://www.espn.com@evil.example/',
      'https://www.espn.com:8443/',
      'http://www.espn.com/',
      'null',
      'about:blank',
      'www.espn.com/nba',
      'nonsense',
    ]
    for (const referer of others) assertRefused(await post({ referer }), 'referer_not_allowed')
  })

  it('is refused also beside an allowed origin, in an answer that the page may read', async () => {
    const answer = await post({ origin: ESPN, referer: `${EVIL}/` })
    assertRefused(answer, 'referer_not_allowed')
    assertReadable(answer, ESPN)
  })

  it('is looked at after the origin', async () => {
    assertRefused(await post({ origin: EVIL, referer: `${EVIL}/` }), 'origin_not_allowed')
  })

  it('is looked at for the options too', async () => {
    assertRefused(await ask(service.url + OPTIONS, { headers: { referer: `${EVIL}/` } }), 'referer_not_allowed')
  })
})

describe('what no browser page calls', () => {
  for (const path of [...OPEN_PATHS, '/nothing', '/v1/nothing']) {
    it(`looks at neither Origin nor Referer: ${path}`, async () => {
      const known = path.includes('nothing') ? 404 : 200
      for (const origin of [EVIL, 'null']) {
        const answer = await ask(service.url + path, { headers: { origin, referer: `${EVIL}/` } })
        assert.equal(answer.status, known)
        assert.deepEqual(corsNames(answer), [])
      }
      const readable = await ask(service.url + path, { headers: { origin: ESPN } })
      assert.equal(readable.status, known)
      assertReadable(readable, ESPN)
    })
  }
})

describe('CORS headers', () => {
  const PAGE = { origin: ESPN }
  const answers: Record<number, () => Promise<Answered>> = {
    200: () => post(PAGE),
    403: () => post({ ...PAGE, referer: `${EVIL}/` }),
    404: () => ask(`${service.url}/v1/realtime/nothing`, { headers: PAGE }),
    405: () => ask(service.url + TOKEN, { headers: PAGE }),
    413: () => post(PAGE, { context: 'x'.repeat(65_536) }),
    415: () => post({ ...PAGE, 'content-type': 'application/sdp' }),
    422: () => post(PAGE, { voice: 'nobody' }),
    401: () => askToken(strict.url, {}, PAGE),
  }
  for (const [status, answer] of Object.entries(answers)) {
    it(`are on a ${status}`, async () => {
      const given = await answer()
      assert.equal(given.status, Number(status))
      assertReadable(given, ESPN)
    })
  }

  it('are on every answer that OpenAI causes', async () => {
    for (const [theirs, ours] of [
      [400, 400],
      [401, 500],
      [402, 503],
      [404, 502],
      [429, 429],
      [500, 502],
      [503, 503],
    ]) {
      upstream.behave((_request, response) => send(response, Number(theirs), openAiError('x')))
      const answer = await post(PAGE)
      assert.equal(answer.status, ours)
      assertReadable(answer, ESPN)
    }
    upstream.behave(healthy)
  })

  it('vary by origin, also where none was sent', async () => {
    for (const headers of [{}, PAGE, { origin: EVIL }] as Record<string, string>[])
      assert.match((await post(headers)).headers.get('vary') ?? '', /\bOrigin\b/)
  })

  it('follow CORS_ORIGINS where that is another list', async () => {
    const answer = await askToken(split.url, {}, { origin: ESPN })
    assert.equal(answer.status, 200)
    assert.deepEqual(corsNames(answer), [])
    const readable = await askToken(split.url, {}, { origin: LOCAL })
    assert.equal(readable.status, 200)
    assertReadable(readable, LOCAL)
  })
})

describe('a preflight', () => {
  it('of an allowed origin is answered for ten minutes', async () => {
    for (const origin of [ESPN, CHROME, FIREFOX]) {
      const answer = await preflight(origin)
      assert.equal(answer.status, 204)
      assert.equal(answer.text, '')
      assertReadable(answer, origin)
      assert.equal(answer.headers.get('access-control-max-age'), '600')
      assert.deepEqual(listed(answer.headers.get('access-control-allow-methods')), ['DELETE', 'GET', 'POST'])
      assert.deepEqual(listed(answer.headers.get('access-control-allow-headers')), [
        'Authorization',
        'Content-Type',
        'X-OpenAI-Agents-SDK',
        'X-Request-ID',
      ])
    }
  })

  it('of another origin is refused, without CORS headers', async () => {
    for (const origin of [EVIL, 'null', 'https://WWW.espn.com', 'moz-extension://evil.example']) {
      const answer = await preflight(origin)
      assertRefused(answer, 'origin_not_allowed')
      assert.deepEqual(corsNames(answer), [])
    }
  })

  it('of an origin that may ask but not read is refused', async () => {
    const answer = await preflight(ESPN, TOKEN, split)
    assert.equal(answer.status, 403)
    assert.equal(answer.json.error.type, 'origin_not_allowed')
    assert.equal(answer.json.error.message, 'Origin allowed, but CORS_ORIGINS lacks it')
    assert.deepEqual(corsNames(answer), [])
    assert.equal((await preflight(LOCAL, TOKEN, split)).status, 204)
    for (const path of [TOKEN, '/healthz']) assertRefused(await preflight(EVIL, path, split), 'origin_not_allowed')
  })

  it('needs no JWT and counts for no rate', async () => {
    for (let i = 0; i < 5; i++) assert.equal((await preflight(ESPN, TOKEN, strict)).status, 204)
  })
})

const bearer = async (subject: string, secret = JWT_SECRET) => {
  const jwt = new SignJWT().setProtectedHeader({ alg: 'HS256' }).setIssuer('https://issuer.test/').setSubject(subject)
  const signed = jwt.setAudience('parker').setExpirationTime('1h').sign(new TextEncoder().encode(secret))
  return { authorization: `Bearer ${await signed}` }
}

describe('the steps', () => {
  const bad = { voice: 'nobody' }
  const EVERYTHING_WRONG = { origin: EVIL, referer: `${EVIL}/`, authorization: 'Bearer nonsense' }

  it('are taken in order: origin, referer, JWT, rate, validation', async () => {
    const asked = (headers: Record<string, string>, body: unknown = bad) => askToken(strict.url, body, headers)
    const own = await bearer('in-order')
    const typeOf = async (answer: Promise<Answered>) => (await answer).json.error.type
    assert.equal(await typeOf(asked(EVERYTHING_WRONG)), 'origin_not_allowed')
    assert.equal(await typeOf(asked({ ...EVERYTHING_WRONG, origin: ESPN })), 'referer_not_allowed')
    assert.equal(await typeOf(asked({ origin: ESPN, authorization: 'Bearer nonsense' })), 'unauthenticated')
    assert.equal(await typeOf(asked(own)), 'validation_failed')
    assert.equal(await typeOf(asked(own, '{')), 'malformed_json')
    assert.equal(await typeOf(asked(own)), 'rate_limited')
    assert.equal(await typeOf(asked({ ...own, ...EVERYTHING_WRONG, ...own })), 'origin_not_allowed')
  })

  it('before the rate do not count for it', async () => {
    const own = await bearer('not-counted')
    for (let i = 0; i < 3; i++) {
      assert.equal((await askToken(strict.url, {}, { ...own, origin: EVIL })).status, 403)
      assert.equal((await askToken(strict.url, {}, { ...own, referer: `${EVIL}/` })).status, 403)
    }
    const { status, headers } = await askToken(strict.url, {}, own)
    assert.deepEqual([status, headers.get('ratelimit')?.split(';')[1]], [200, 'r=1'])
  })

  it('after it count, whatever comes of them', async () => {
    const refusals: [number, unknown, Record<string, string>][] = [
      [422, bad, {}],
      [422, '{', {}],
      [413, { context: 'x'.repeat(65_536) }, {}],
      [415, 'v=0', { 'content-type': 'application/sdp' }],
    ]
    for (const [expected, body, others] of refusals) {
      const own = await bearer(`counted-${randomUUID()}`)
      const refused = await askToken(strict.url, body, { ...own, ...others })
      assert.deepEqual([refused.status, refused.headers.get('ratelimit')?.split(';')[1]], [expected, 'r=1'])
      const next = await askToken(strict.url, {}, own)
      assert.deepEqual([next.status, next.headers.get('ratelimit')?.split(';')[1]], [200, 'r=0'])
      assert.equal((await askToken(strict.url, {}, own)).status, 429)
    }
  })

  it('leave CORS headers on the 429', async () => {
    const own = { ...(await bearer('readable')), origin: ESPN }
    const answers = [await askToken(strict.url, bad, own), await askToken(strict.url, bad, own)]
    assert.deepEqual(
      answers.map(({ status }) => status),
      [422, 422],
    )
    const refused = await askToken(strict.url, bad, own)
    assert.equal(refused.status, 429)
    assertReadable(refused, ESPN)
  })

  it('of origin, referer, JWT and rate do not exist for operators', async () => {
    const operator = { authorization: `Bearer ${ADMIN}`, origin: EVIL, referer: `${EVIL}/` }
    for (let i = 0; i < 4; i++) {
      const answer = await askToken(strict.url, {}, operator)
      assert.equal(answer.status, 200)
      assert.equal(answer.headers.get('ratelimit'), null)
      assert.deepEqual(corsNames(answer), [])
    }
    assert.equal((await askToken(strict.url, bad, operator)).status, 422)
    assert.equal((await ask(strict.url + OPTIONS, { headers: operator })).status, 200)
    assertRefused(
      await askToken(strict.url, {}, { ...operator, authorization: `Bearer ${ADMIN}x` }),
      'origin_not_allowed',
    )
  })
})

describe('a body that breaks off', () => {
  const BREAKS: [what: string, head: string[], body: string][] = [
    ['where a chunk should begin', ['Transfer-Encoding: chunked'], '2\r\n{}\r\nZZ\r\n'],
    ['before its length, at the end of what is sent', ['Content-Length: 50'], '{}'],
  ]
  for (const [what, head, body] of BREAKS)
    for (const checked of [false, true])
      it(`${what}, is answered and logged as any request${checked ? ', also while a JWT is checked' : ''}`, async () => {
        const to = checked ? strict : service
        const id = `breaks-off-${head[0]?.slice(0, 8)}`
        const jwt = checked ? [`Authorization: ${(await bearer(id)).authorization}`] : []
        const fields = [`X-Request-ID: ${id}`, `Origin: ${ESPN}`, 'Content-Type: application/json', ...jwt, ...head]
        const answer = await sendBytes(to.port, `${requestText(`POST ${TOKEN}`, fields)}${body}`, body === '{}')
        assert.deepEqual([answer.status, answer.json.error.type], [400, 'malformed_request'])
        assert.deepEqual([answer.headers.get('x-request-id'), answer.json.error.request_id], [id, id])
        assert.equal(answer.headers.get('connection'), 'close')
        assertReadable(answer, ESPN)
        const line = await to.logged(({ msg, request_id }) => msg === 'request' && request_id === id)
        assert.deepEqual([line.path, line.status, line.error], [TOKEN, 400, 'malformed_request'])
      })

  it('because its caller has gone is logged as that', async () => {
    const head = ['X-Request-ID: went', 'Expect: 100-continue', 'Content-Type: application/json', 'Content-Length: 50']
    const socket = connect(service.port, '127.0.0.1')
    socket.write(`${requestText(`POST ${TOKEN}`, head)}{`)
    assert.match(String((await once(socket, 'data'))[0]), /^HTTP\/1\.1 100 /)
    socket.resetAndDestroy()
    const line = await service.logged(({ msg, request_id }) => msg === 'request' && request_id === 'went')
    assert.deepEqual([line.status, line.error], [499, undefined])
  })
})

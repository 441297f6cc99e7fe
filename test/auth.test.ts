import assert from 'node:assert/strict'
import { createPublicKey } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { type Answered, ask, askToken } from './harness/ask.ts'
import { openMetrics } from './harness/prometheus.ts'
import { type RunningService, startService } from './harness/service.ts'
import { serviceFor, serviceGroup } from './harness/services.ts'
import { startUpstream, type Upstream } from './harness/upstream.ts'

const ISSUER = 'https://issuer.test/'
const AUDIENCE = 'parker'
const SECRET = 'a-secret-of-32-characters-or-more'
const ADMIN = 'an-operators-token'
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const

type Key = Awaited<ReturnType<typeof generateKeyPair>>['privateKey']
type Changes = { claims?: Record<string, unknown>; header?: Record<string, unknown> }

const now = () => Math.floor(Date.now() / 1000)
const hmac = (secret: string | Uint8Array) => (typeof secret === 'string' ? new TextEncoder().encode(secret) : secret)

/** Signs a good token, but for the changes; `undefined` leaves a claim out. */
function jwt(alg: string, key: Key | Uint8Array, { claims = {}, header = {} }: Changes = {}): Promise<string> {
  const all = { iss: ISSUER, aud: AUDIENCE, sub: 'fan-1', exp: now() + 3600, ...claims }
  const kept = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
  return new SignJWT(kept).setProtectedHeader({ alg, ...header }).sign(key)
}

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** What the identity provider publishes. */
interface Issuer {
  url: string
  keys: Record<(typeof ALGORITHMS)[number], Key>
  rsaPublic: JWK
  /** Stops answering, for good. */
  close(): Promise<void>
}

/** `onAsked` gets what sends the answer. */
async function startIssuer(onAsked = (answer: () => void): void => answer()): Promise<Issuer> {
  const pairs = await Promise.all(
    ALGORITHMS.map(async alg => [alg, await generateKeyPair(alg, { extractable: true })] as const),
  )
  const published = await Promise.all(
    pairs.map(async ([alg, { publicKey }]) => ({ ...(await exportJWK(publicKey)), alg, kid: alg, use: 'sig' })),
  )
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json')
    onAsked(() => response.end(JSON.stringify({ keys: published })))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`,
    keys: Object.fromEntries(pairs.map(([alg, { privateKey }]) => [alg, privateKey])) as Issuer['keys'],
    rsaPublic: published[0] as JWK,
    async close() {
      if (!server.listening) return
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

let upstream: Upstream
let issuer: Issuer
let symmetric: RunningService
let remote: RunningService
/** No operators, `/metrics` open. */
let open: RunningService

const { start, stopAll } = serviceGroup()

before(async () => {
  ;[upstream, issuer] = await Promise.all([startUpstream(), startIssuer()])
  const common = { OPENAI_BASE_URL: upstream.baseUrl, TRUST_PROXY: '1' }
  const claims = { AUTH_ISSUER: ISSUER, AUTH_AUDIENCE: AUDIENCE }
  ;[symmetric, remote, open] = await Promise.all([
    start({ ...common, ...claims, AUTH_JWT_SECRET: SECRET, RATE_LIMIT_PER_MINUTE: '3', ADMIN_TOKEN: ADMIN }),
    start({ ...common, ...claims, AUTH_JWKS_URL: issuer.url }),
    start(common),
  ])
})

after(async () => {
  await stopAll()
  await Promise.all([upstream?.close(), issuer?.close()])
})

let addresses = 0
/** Another address for each use, so that no test meets the bad tokens of another. */
const newAddress = () => `198.51.100.${++addresses}`

const withBearer = (service: RunningService, token: string, address = newAddress()) =>
  askToken(service.url, {}, { authorization: `Bearer ${token}`, 'x-forwarded-for': address })

function assertUnauthenticated(answer: Answered, why: string): void {
  assert.equal(answer.status, 401, why)
  assert.equal(answer.json.error.type, 'unauthenticated')
  assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer/)
  assert.equal(answer.json.detail, answer.json.error.message)
}

/** What makes an otherwise good token bad. */
const BAD_CLAIMS: Record<string, () => Record<string, unknown>> = {
  'expired 40 s ago': () => ({ exp: now() - 40 }),
  'valid in 60 s only': () => ({ nbf: now() + 60 }),
  'for another audience': () => ({ aud: 'someone-else' }),
  'for other audiences': () => ({ aud: ['a', 'b'] }),
  'without an audience': () => ({ aud: undefined }),
  'of another issuer': () => ({ iss: 'https://evil.example/' }),
  'of nearly the issuer': () => ({ iss: ISSUER.slice(0, -1) }),
  'without an issuer': () => ({ iss: undefined }),
  'without a subject': () => ({ sub: undefined }),
  'with an empty subject': () => ({ sub: '' }),
  'that never expires': () => ({ exp: undefined }),
  'with an expiry that is no number': () => ({ exp: 'tomorrow' }),
}

const GOOD_CLAIMS: Record<string, () => Record<string, unknown>> = {
  'with nothing but what it needs': () => ({}),
  'expired 20 s ago': () => ({ exp: now() - 20 }),
  'valid in 20 s': () => ({ nbf: now() + 20 }),
  'for several audiences': () => ({ aud: ['else', AUDIENCE] }),
  'with further claims': () => ({ name: 'A Fan', roles: ['x'], iat: now() }),
}

const KINDS = {
  HS256: { service: () => symmetric, sign: (changes: Changes) => jwt('HS256', hmac(SECRET), changes) },
  RS256: {
    service: () => remote,
    sign: (changes: Changes) => jwt('RS256', issuer.keys.RS256, withKid('RS256', changes)),
  },
  PS256: {
    service: () => remote,
    sign: (changes: Changes) => jwt('PS256', issuer.keys.PS256, withKid('PS256', changes)),
  },
  ES256: {
    service: () => remote,
    sign: (changes: Changes) => jwt('ES256', issuer.keys.ES256, withKid('ES256', changes)),
  },
  EdDSA: {
    service: () => remote,
    sign: (changes: Changes) => jwt('EdDSA', issuer.keys.EdDSA, withKid('EdDSA', changes)),
  },
}

const withKid = (kid: string, { claims, header }: Changes): Changes => ({
  ...(claims && { claims }),
  header: { kid, ...header },
})

for (const [alg, { service, sign }] of Object.entries(KINDS)) {
  describe(`a token signed with ${alg}`, () => {
    for (const [what, claims] of Object.entries(GOOD_CLAIMS)) {
      it(`is taken ${what}`, async () => {
        const sub = `${alg} ${what}`
        const answer = await withBearer(service(), await sign({ claims: { sub, ...claims() } }))
        assert.equal(answer.status, 200, answer.text)
      })
    }

    for (const [what, claims] of Object.entries(BAD_CLAIMS)) {
      it(`is refused ${what}`, async () => {
        assertUnauthenticated(await withBearer(service(), await sign({ claims: claims() })), what)
      })
    }

    it('is refused with its claims or its signature changed', async () => {
      const [header, , signature] = (await sign({})).split('.')
      const forged = base64url({ iss: ISSUER, aud: AUDIENCE, sub: 'someone-else', exp: now() + 3600 })
      const [, good] = (await sign({})).split('.')
      for (const token of [`${header}.${forged}.${signature}`, `${header}.${good}.`, `${header}.${good}.AAAA`])
        assertUnauthenticated(await withBearer(service(), token), token)
    })
  })
}

describe('a token', () => {
  it('that is not signed is refused', async () => {
    for (const alg of ['none', 'None', 'NONE']) {
      const payload = base64url({ iss: ISSUER, aud: AUDIENCE, sub: 'fan', exp: now() + 3600 })
      for (const service of [symmetric, remote])
        assertUnauthenticated(await withBearer(service, `${base64url({ alg })}.${payload}.`), alg)
    }
  })

  it('signed with the public RSA key as if that were a shared secret is refused', async () => {
    const key = createPublicKey({ key: issuer.rsaPublic as never, format: 'jwk' })
    const disguises = [
      key.export({ type: 'spki', format: 'pem' }).toString(),
      key.export({ type: 'pkcs1', format: 'pem' }).toString(),
      JSON.stringify(issuer.rsaPublic),
      new Uint8Array(key.export({ type: 'spki', format: 'der' })),
    ]
    for (const disguise of disguises)
      for (const kid of ['RS256', undefined]) {
        const token = await jwt('HS256', hmac(disguise), { header: kid ? { kid } : {} })
        assertUnauthenticated(await withBearer(remote, token), 'HS256 with the public key')
      }
  })

  it('that brings its own key, or an address of one, is refused', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
    const jwk = await exportJWK(publicKey)
    for (const header of [{ jwk }, { jku: 'http://127.0.0.1:1/jwks.json', kid: 'mine' }, { kid: 'ES256', jwk }])
      assertUnauthenticated(
        await withBearer(remote, await jwt('ES256', privateKey, { header })),
        Object.keys(header).join(),
      )
  })

  it('of the other kind of key is refused', async () => {
    assertUnauthenticated(await withBearer(remote, await KINDS.HS256.sign({})), 'HS256 where a JWKS is set')
    assertUnauthenticated(await withBearer(symmetric, await KINDS.RS256.sign({})), 'RS256 where a secret is set')
  })

  it('with a stronger algorithm than those listed is refused all the same', async () => {
    assertUnauthenticated(await withBearer(symmetric, await jwt('HS512', hmac(SECRET))), 'HS512')
  })

  it('with a key id that nobody knows is refused', async () => {
    const token = await jwt('ES256', issuer.keys.ES256, { header: { kid: 'unknown' } })
    assertUnauthenticated(await withBearer(remote, token), 'unknown key id')
  })

  it('is required: nothing, another scheme and an empty one are refused', async () => {
    for (const authorization of [undefined, 'Basic eDp5', 'Bearer', 'Bearer ', 'nonsense']) {
      const headers = { 'x-forwarded-for': newAddress(), ...(authorization === undefined ? {} : { authorization }) }
      assertUnauthenticated(await askToken(remote.url, {}, headers), authorization ?? 'no header')
    }
  })

  it('is not required for anything but the token', async () => {
    for (const path of ['/', '/healthz', '/readyz', '/v1/realtime/options', '/docs/', '/openapi.json'])
      assert.equal((await ask(remote.url + path)).status, 200, path)
  })

  it('is never logged, nor is its subject', async () => {
    const token = await KINDS.HS256.sign({ claims: { sub: 'someone@example.com' } })
    const { headers } = await withBearer(symmetric, token)
    const id = headers.get('x-request-id')
    await symmetric.logged(line => line.request_id === id && line.msg === 'request')
    assert.ok(!symmetric.output().includes('someone@example.com'))
    assert.ok(!symmetric.output().includes(token.slice(-20)))
  })
})

describe('the client', () => {
  it('is the subject: its rate follows it from address to address', async () => {
    const token = await KINDS.HS256.sign({ claims: { sub: 'traveller' } })
    const statuses = []
    for (let i = 0; i < 4; i++) statuses.push((await withBearer(symmetric, token)).status)
    assert.deepEqual(statuses, [200, 200, 200, 429])
  })

  it('is not the address: two subjects behind one have a rate each', async () => {
    const address = newAddress()
    const tokens = await Promise.all(['one', 'two'].map(sub => KINDS.HS256.sign({ claims: { sub } })))
    for (let i = 0; i < 3; i++)
      for (const token of tokens) assert.equal((await withBearer(symmetric, token, address)).status, 200)
  })
})

describe('bad tokens', () => {
  it('are taken ten a minute from one address; a good one still passes, and other addresses are free', async () => {
    const address = newAddress()
    for (let i = 0; i < 10; i++) assertUnauthenticated(await withBearer(symmetric, `bad.token.${i}`, address), `${i}`)
    const refused = await withBearer(symmetric, 'bad.token.10', address)
    assert.equal(refused.status, 429)
    assert.equal(refused.json.error.type, 'rate_limited')
    const seconds = Number(refused.headers.get('retry-after'))
    assert.ok(seconds >= 1 && seconds <= 60, `Retry-After: ${seconds}`)
    assert.equal(refused.json.error.retry_after, seconds)
    assert.equal(refused.json.error.details.limit, 10)
    const good = await KINDS.HS256.sign({ claims: { sub: 'behind-a-bad-address' } })
    assert.equal((await withBearer(symmetric, good, address)).status, 200)
    assert.equal((await withBearer(symmetric, 'bad.token.11', address)).status, 429)
    assertUnauthenticated(await withBearer(symmetric, 'bad.token'), 'another address')
  })
})

describe('the JWKS', () => {
  it('may be out of reach once its keys are known', async () => {
    const other = await startIssuer()
    const service = await startService({
      OPENAI_BASE_URL: upstream.baseUrl,
      AUTH_JWKS_URL: other.url,
      AUTH_ISSUER: ISSUER,
      AUTH_AUDIENCE: AUDIENCE,
    })
    const signed = (kid: string) => jwt('RS256', other.keys.RS256, { header: { kid } })
    try {
      assert.equal((await withBearer(service, await signed('RS256'))).status, 200)
      await other.close()
      assert.equal((await withBearer(service, await signed('RS256'))).status, 200)
      assertUnauthenticated(await withBearer(service, await signed('unknown')), 'an unknown key')
    } finally {
      await service.stop()
      await other.close()
    }
  })

  it('that was never reached makes tokens impossible to check: 503 auth_unavailable', async () => {
    const gone = await startIssuer()
    await gone.close()
    const service = await startService({
      OPENAI_BASE_URL: upstream.baseUrl,
      AUTH_JWKS_URL: gone.url,
      AUTH_ISSUER: ISSUER,
      AUTH_AUDIENCE: AUDIENCE,
    })
    try {
      const token = await jwt('RS256', gone.keys.RS256, { header: { kid: 'RS256' } })
      for (let i = 0; i < 12; i++) {
        const answer = await withBearer(service, token)
        assert.equal(answer.status, 503)
        assert.equal(answer.json.error.type, 'auth_unavailable')
        assert.equal(answer.json.error.retry_after, Number(answer.headers.get('retry-after')))
      }
      assertUnauthenticated(await askToken(service.url), 'no token at all')
      const { msg } = await service.logged(({ msg }) => msg.startsWith('The key set (AUTH_JWKS_URL)'))
      assert.match(msg, /cannot be fetched: the key server gives no answer: ECONNREFUSED\./)
      const { value } = openMetrics((await ask(`${service.url}/metrics`)).text)
      const fetched = (outcome: string) => value('parker_key_set_fetches_total', { outcome })
      assert.equal(fetched('ok'), 0)
      assert.ok(Number(fetched('failed')) > 0)
    } finally {
      await service.stop()
    }
  })
})

describe('a caller who goes while the JWKS is fetched', () => {
  for (const [CALL_MODE, warm] of [
    ['ephemeral', 1],
    ['unified', 0],
  ] as const)
    it(`is handed nothing, and nothing counts (${CALL_MODE})`, async t => {
      const asked = Promise.withResolvers<() => void>()
      const slow = await startIssuer(asked.resolve)
      t.after(slow.close)
      const service = await serviceFor(t, {
        OPENAI_BASE_URL: upstream.baseUrl,
        CALL_MODE,
        POOL_ENABLED: 'true',
        RATE_LIMIT_PER_DAY: '1',
        ADMIN_TOKEN: ADMIN,
        AUTH_JWKS_URL: slow.url,
        AUTH_ISSUER: ISSUER,
        AUTH_AUDIENCE: AUDIENCE,
      })
      const pool = async () => (await ask(service.url)).json.cache_stats
      assert.equal((await askToken(service.url, {}, { authorization: `Bearer ${ADMIN}` })).status, 200)
      while ((await pool()).entries < warm) await new Promise(setImmediate)
      const { hits } = await pool()

      const authorization = `Bearer ${await jwt('RS256', slow.keys.RS256, { header: { kid: 'RS256' } })}`
      const headers = { authorization, 'x-request-id': 'left' }
      const leave = new AbortController()
      const gone = fetch(`${service.url}/v1/realtime/token`, { method: 'POST', headers, signal: leave.signal })
      const answer = await asked.promise
      leave.abort()
      await assert.rejects(gone)
      await service.logged(({ request_id, status }) => request_id === 'left' && status === 499)
      answer()

      const next = await askToken(service.url, {}, { authorization, 'x-request-id': 'stayed' })
      assert.equal(next.status, 200, next.text)
      await service.logged(({ msg, request_id }) => msg === 'token_issued' && request_id === 'stayed')
      assert.deepEqual(
        service.logs().filter(({ msg, request_id }) => msg === 'token_issued' && request_id === 'left'),
        [],
      )
      assert.equal((await pool()).hits, hits + warm)
    })
})

describe('operators', () => {
  const operator = { authorization: `Bearer ${ADMIN}` }

  it('need no JWT for a token, and have no rate', async () => {
    for (let i = 0; i < 5; i++) {
      const answer = await askToken(symmetric.url, {}, operator)
      assert.deepEqual([answer.status, answer.headers.get('ratelimit')], [200, null])
    }
  })

  for (const path of ['/metrics', '/v1/voice/metrics']) {
    it(`alone read ${path}`, async () => {
      assert.equal((await ask(symmetric.url + path, { headers: operator })).status, 200)
      assert.equal((await ask(symmetric.url + path, { headers: { authorization: `bearer ${ADMIN}` } })).status, 200)
      const visitor = await KINDS.HS256.sign({ claims: { sub: 'visitor' } })
      const wrong = [undefined, 'Bearer', `Bearer ${ADMIN}x`, `Bearer ${ADMIN.slice(1)}`, `Basic ${ADMIN}`, ADMIN]
      for (const authorization of [...wrong, `Bearer ${visitor}`]) {
        const headers: Record<string, string> = authorization === undefined ? {} : { authorization }
        assertUnauthenticated(await ask(symmetric.url + path, { headers }), authorization ?? 'none')
      }
    })
  }

  it('that do not exist cannot read anything: without ADMIN_TOKEN only /metrics is there, open, with a warning', async () => {
    assert.equal((await ask(`${open.url}/metrics`)).status, 200)
    for (const headers of [{}, operator, { authorization: 'Bearer ' }] as Record<string, string>[]) {
      const answer = await ask(`${open.url}/v1/voice/metrics`, { headers })
      assert.deepEqual([answer.status, answer.json.error.type], [404, 'not_found'])
    }
    const otherMethod = await ask(`${open.url}/v1/voice/metrics`, { method: 'PUT' })
    assert.equal(otherMethod.status, 404, 'nor can be told to exist by another method')
    assert.ok(open.logs().some(({ level, msg }) => level === 'warn' && msg.includes('/metrics is open')))
  })
})

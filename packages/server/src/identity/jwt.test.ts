import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { eventually } from '../../../../test/harness/eventually.ts'
import { Secret } from '../secret.ts'
import { jwtVerifier } from './jwt.ts'

const CLAIMS = { issuer: 'https://issuer.test/', audience: 'parker' }
const SECRET = 'a-secret-of-32-characters-or-more'

const refused = (type: string) => (error: { type?: string }) => error.type === type

function claims(subject = 'fan-1'): SignJWT {
  const jwt = new SignJWT().setIssuer(CLAIMS.issuer).setAudience(CLAIMS.audience).setExpirationTime('2h')
  return jwt.setSubject(subject)
}

async function signer(kid: string) {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  return {
    jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256' } as JWK,
    /** A token that names its key, another or none. */
    async bearer(named: string | null = kid, jwt = claims()) {
      const header = named === null ? { alg: 'ES256' } : { alg: 'ES256', kid: named }
      return `Bearer ${await jwt.setProtectedHeader(header).sign(privateKey)}`
    },
  }
}

/** A verifier over a key set that the test changes; time stands still unless the test moves it. */
async function remote(t: TestContext, keys: JWK[]) {
  const jwks = { keys, fetches: 0, answer: undefined as ((response: ServerResponse) => void) | undefined }
  const server = createServer((_request, response) => {
    jwks.fetches++
    if (jwks.answer) jwks.answer(response)
    else response.end(JSON.stringify({ keys: jwks.keys }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  let mono = 1000
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`
  const clock = { now: Date.now, mono: () => mono }
  const pass = (milliseconds: number) => {
    mono += milliseconds
  }
  /** How each fetch failed, or undefined. */
  const told: (string | undefined)[] = []
  const verify = jwtVerifier({ keys: { kind: 'jwks', url }, ...CLAIMS }, clock, failure => told.push(failure?.message))
  return { jwks, pass, verify, told }
}

const broken = (response: ServerResponse) => void response.writeHead(503).end()

describe('keys of a JWKS', () => {
  it('are fetched once, and by requests at the same time together', async t => {
    const a = await signer('a')
    const { jwks, verify } = await remote(t, [a.jwk])
    const bearer = await a.bearer()
    assert.deepEqual(await Promise.all([1, 2, 3].map(() => verify(bearer))), ['fan-1', 'fan-1', 'fan-1'])
    await verify(bearer)
    assert.equal(jwks.fetches, 1)
  })

  it('are all tried for a token that names none', async t => {
    const [a, b, stranger] = await Promise.all([signer('a'), signer('b'), signer('c')])
    const weak = { kty: 'RSA', n: 'AQAB', e: 'AQAB', kid: 'weak' }
    const { verify } = await remote(t, [weak, a.jwk, b.jwk])
    assert.equal(await verify(await b.bearer(null)), 'fan-1')
    await assert.rejects(verify(await stranger.bearer(null)), refused('unauthenticated'))
    await assert.rejects(verify(await b.bearer(null, claims().setExpirationTime('-2h'))), refused('unauthenticated'))
  })

  it('are fetched again for a key id that is not known, as after a rotation', async t => {
    const [a, b] = await Promise.all([signer('a'), signer('b')])
    const { jwks, pass, verify } = await remote(t, [a.jwk])
    await verify(await a.bearer())
    jwks.keys = [b.jwk]
    pass(60_000)
    assert.equal(await verify(await b.bearer()), 'fan-1')
    assert.equal(jwks.fetches, 2)
  })

  it('are not fetched again and again by a flood of key ids that nobody knows', async t => {
    const [a, unknown] = await Promise.all([signer('a'), signer('unknown')])
    const { jwks, pass, verify } = await remote(t, [a.jwk])
    await verify(await a.bearer())
    pass(60_000)
    const bearer = await unknown.bearer()
    for (let i = 0; i < 20; i++) await assert.rejects(verify(bearer), refused('unauthenticated'))
    assert.ok(jwks.fetches <= 2, `${jwks.fetches} fetches`)
  })

  it('go on serving while the issuer is down, however old they are', async t => {
    const a = await signer('a')
    const { jwks, pass, verify } = await remote(t, [a.jwk])
    await verify(await a.bearer())
    jwks.answer = broken
    for (const minutes of [11, 60, 600]) {
      pass(minutes * 60_000)
      assert.equal(await verify(await a.bearer()), 'fan-1')
    }
  })

  it('are not fetched again and again by bad tokens while the issuer is down', async t => {
    const [a, unknown] = await Promise.all([signer('a'), signer('unknown')])
    const { jwks, pass, verify } = await remote(t, [a.jwk])
    await verify(await a.bearer())
    jwks.answer = broken
    pass(31_000)
    const bearer = await unknown.bearer()
    for (let i = 0; i < 20; i++) await assert.rejects(verify(bearer), refused('unauthenticated'))
    assert.equal(jwks.fetches, 2)
    pass(5000)
    await assert.rejects(verify(bearer), refused('unauthenticated'))
    assert.equal(jwks.fetches, 3)
  })

  it('are not fetched again and again where they never could be, and soon once they can', async t => {
    const a = await signer('a')
    const { jwks, pass, verify } = await remote(t, [a.jwk])
    jwks.answer = broken
    const bearer = await a.bearer()
    for (let i = 0; i < 20; i++) await assert.rejects(verify(bearer), refused('auth_unavailable'))
    assert.equal(jwks.fetches, 1)
    jwks.answer = undefined
    pass(5000)
    assert.equal(await verify(bearer), 'fan-1')
  })

  it('are believed no longer than 20 minutes after they were taken back, also after a quiet time', async t => {
    const [a, b] = await Promise.all([signer('a'), signer('b')])
    const { jwks, pass, verify } = await remote(t, [a.jwk])
    await verify(await a.bearer())
    jwks.keys = [b.jwk]
    pass(20 * 60_000 + 1)
    await assert.rejects(verify(await a.bearer()), refused('unauthenticated'))
    assert.equal(await verify(await b.bearer()), 'fan-1')
    assert.equal(jwks.fetches, 2)
  })

  it('are fetched anew after 10 minutes without a request waiting for it, and after a failure again in 30 s', async t => {
    const a = await signer('a')
    const { jwks, pass, verify, told } = await remote(t, [a.jwk])
    await verify(await a.bearer())
    const heard = (count: number) => eventually(() => told.length >= count)
    jwks.answer = broken
    pass(10 * 60_000 + 1)
    assert.equal(await verify(await a.bearer()), 'fan-1')
    await heard(2)
    pass(29_000)
    await verify(await a.bearer())
    assert.equal(jwks.fetches, 2)
    jwks.answer = undefined
    pass(1000)
    await verify(await a.bearer())
    await heard(3)
    assert.deepEqual(told, [undefined, 'the key server answers 503', undefined])
  })

  it('that could not be looked up are told as the cause of a refusal', async t => {
    const [a, unknown] = await Promise.all([signer('a'), signer('unknown')])
    const { jwks, pass, verify } = await remote(t, [a.jwk])
    await verify(await a.bearer())
    const cause = async () =>
      verify(await unknown.bearer()).then(
        () => undefined,
        error => error.cause.message,
      )
    assert.match(await cause(), /no applicable key/)
    jwks.answer = broken
    pass(60_000)
    assert.equal(await cause(), 'the key server answers 503')
    assert.equal(await cause(), 'the key server answers 503', 'also while it is not asked again')
  })

  it('make a token with an unknown key id invalid, rather than us unable, while the issuer is down', async t => {
    const [a, unknown] = await Promise.all([signer('a'), signer('unknown')])
    const { jwks, pass, verify } = await remote(t, [a.jwk])
    await verify(await a.bearer())
    jwks.answer = broken
    pass(60_000)
    await assert.rejects(verify(await unknown.bearer()), refused('unauthenticated'))
  })

  it('are missed as auth_unavailable until the issuer answers for the first time, whatever it does wrong', async t => {
    const a = await signer('a')
    const { jwks, pass, verify, told } = await remote(t, [a.jwk])
    const bearer = await a.bearer()
    const faults: ((response: ServerResponse) => void)[] = [
      broken,
      response => response.destroy(),
      response => response.end('<html>'),
      response => response.end('{"keys":"none"}'),
      response => response.end(JSON.stringify({ keys: [], padding: 'x'.repeat(2 * 1_048_576) })),
      response => response.writeHead(302, { location: '/elsewhere' }).end(),
    ]
    for (const fault of faults) {
      jwks.answer = fault
      await assert.rejects(verify(bearer), refused('auth_unavailable'))
      pass(5000)
    }
    assert.deepEqual(told, [
      'the key server answers 503',
      'the key server gives no answer: UND_ERR_SOCKET',
      'the key server answers with no key set',
      'the key server answers with no key set',
      'the key server answers with more than 1 MiB',
      'the key server answers 302',
    ])
    jwks.answer = undefined
    assert.equal(await verify(bearer), 'fan-1')
  })

  it('are not asked for at all by a token that could not be valid', async t => {
    const { jwks, verify } = await remote(t, [])
    const none = `${btoa('{"alg":"none"}')}.${btoa('{"sub":"x"}')}.`.replaceAll('=', '')
    for (const authorization of [undefined, 'Bearer', 'Basic eDp5', 'Bearer x', `Bearer ${none}`])
      await assert.rejects(verify(authorization), refused('unauthenticated'))
    assert.equal(jwks.fetches, 0)
  })
})

describe('a token under a shared secret', () => {
  const verify = jwtVerifier(
    { keys: { kind: 'secret', secret: new Secret(SECRET) }, ...CLAIMS },
    { now: Date.now, mono: () => 0 },
  )
  const key = new TextEncoder().encode(SECRET)
  const bearer = async (jwt: SignJWT, alg = 'HS256') => `Bearer ${await jwt.setProtectedHeader({ alg }).sign(key)}`

  it('gives its subject', async () => {
    assert.equal(await verify(await bearer(claims('fan-2'))), 'fan-2')
    assert.equal(await verify((await bearer(claims('fan-2'))).replace('Bearer', 'bearer')), 'fan-2')
  })

  it('is refused under another algorithm, even with the right secret', async () => {
    await assert.rejects(verify(await bearer(claims(), 'HS512')), refused('unauthenticated'))
  })

  it('is refused with a subject that is empty, too long, or no text', async () => {
    const subjects = ['', 'x'.repeat(256)].map(claims)
    const odd = new SignJWT({ ...CLAIMS, sub: 7 as never, iss: CLAIMS.issuer, aud: 'parker' }).setExpirationTime('1h')
    for (const jwt of [...subjects, odd]) await assert.rejects(verify(await bearer(jwt)), refused('unauthenticated'))
    assert.equal((await verify(await bearer(claims('x'.repeat(255))))).length, 255)
  })

  it('is refused without an error of ours, whatever is sent in its place', async () => {
    const good = await bearer(claims())
    const damaged = ['Bearer', 'Bearer ', 'Bearer a.b.c', 'Bearer ..', good.slice(0, -4), `${good}x`, `${good} x`]
    for (const authorization of [...damaged, good.replace('.', '..'), `Bearer ${'a.'.repeat(5000)}`])
      await assert.rejects(verify(authorization), refused('unauthenticated'), authorization)
  })
})

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Emulator, startEmulator } from '../packages/emulator/src/emulator.ts'
import { diagnose } from '../packages/server/src/doctor/diagnose.ts'
import type { Finding, FindingId } from '../packages/server/src/doctor/findings.ts'
import { readOptions } from '../packages/server/src/doctor/options.ts'
import { ask } from './harness/ask.ts'
import { assertFailure, assertSafeHeaders } from './harness/failures.ts'
import { appending, type ForwardingProxy, startProxy } from './harness/forwarding-proxy.ts'
import { freePort } from './harness/free-port.ts'
import { type RedisServer, slowWayTo, startRedis } from './harness/redis.ts'
import { type RunningService, startService } from './harness/service.ts'
import { openAiError, send, startUpstream, type Upstream } from './harness/upstream.ts'

const ENTRY = fileURLToPath(new URL('../packages/server/doctor.js', import.meta.url))
const API_KEY = 'sk-the-one-key-that-is-right-0123456789'
const ADMIN_TOKEN = 'operators-only-0123456789'
const ESPN = 'https://www.espn.com'

type Env = Record<string, string>

let emulator: Emulator
let redis: RedisServer
let folder: string
/** Settings in which nothing is wrong. */
let good: Env

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parker-doctor-'))
  ;[emulator, redis] = await Promise.all([startEmulator({ apiKey: API_KEY, log: () => {} }), startRedis()])
  good = {
    OPENAI_API_KEY: API_KEY,
    OPENAI_BASE_URL: emulator.baseUrl,
    REALTIME_MODEL: 'gpt-realtime-2.1',
    ADMIN_TOKEN,
    REDIS_URL: redis.url,
  }
})

after(async () => {
  await Promise.all([emulator?.close(), redis?.kill()])
  rmSync(folder, { recursive: true, force: true })
})

/** What the doctor finds with the good settings and these changes; an empty string unsets one. */
const examine = (changes: Env = {}, ...argv: string[]) => diagnose(readOptions(argv), { ...good, ...changes })

/** There is such a finding, it says `what`, and its fix names what to do. */
function assertFound(findings: Finding[], id: FindingId, what: RegExp, fix: RegExp): void {
  const found = findings.find(one => one.id === id)
  assert.ok(found, `${id} is not among ${findings.map(one => one.id).join(', ')}`)
  assert.match(found.what, what)
  assert.match(found.fix, fix)
  assert.notEqual(found.severity, 'ok')
}

const idsOf = (findings: Finding[]) => findings.map(({ id }) => id)
const troubles = (findings: Finding[]) => idsOf(findings.filter(({ severity }) => severity !== 'ok'))

/** Runs the doctor as its user does. */
async function run(
  argv: string[],
  env: Env,
  cwd = folder,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [ENTRY, ...argv], { cwd, env: { PATH: process.env.PATH ?? '', ...env } })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', chunk => {
    stdout += chunk
  })
  child.stderr.on('data', chunk => {
    stderr += chunk
  })
  const [code] = await once(child, 'close')
  return { code, stdout, stderr }
}

describe('a machine on which all is well', () => {
  it('draws no complaint', async () => {
    const findings = await examine()
    assert.deepEqual(troubles(findings), [])
    for (const id of ['settings-ok', 'openai-reached', 'key-valid', 'model-served', 'clock-right', 'redis-reached'])
      assert.ok(idsOf(findings).includes(id as FindingId), id)
  })

  it('is told how far OpenAI and Redis are', async () => {
    const findings = await examine()
    const what = (id: FindingId) => findings.find(one => one.id === id)?.what ?? ''
    assert.match(what('openai-reached'), /127\.0\.0\.1:\d+: name \S+ ms, connection \S+ ms, answer \S+ ms/)
    assert.match(what('redis-reached'), /\S+ ms a command, version \d+\.\d+\.\d+, policy noeviction/)
  })

  it('is told what cannot be told about credit without spending', async () => {
    const credit = (await examine()).find(({ id }) => id === 'credit-unseen')
    assert.match(credit?.what ?? '', /without any .*mints secrets as usual/)
  })

  it('costs no mint', async () => {
    const before = emulator.mints
    await examine({}, '--origin', ESPN)
    assert.equal(emulator.mints, before)
  })

  it('is told without Redis that several instances cannot be seen from inside', async () => {
    const findings = await examine({ REDIS_URL: '' })
    assert.deepEqual(troubles(findings), [])
    assert.match(findings.find(({ id }) => id === 'instances-unseen')?.what ?? '', /cannot be seen from inside/)
  })
})

describe('settings that stop the start', () => {
  it('no key', async () => {
    const findings = await examine({ OPENAI_API_KEY: '' })
    assertFound(findings, 'key-missing', /OPENAI_API_KEY is required/, /Set OPENAI_API_KEY/)
  })

  it('a key from a file that is missing', async () => {
    const findings = await examine({ OPENAI_API_KEY: '', OPENAI_API_KEY_FILE: join(folder, 'missing') })
    assertFound(findings, 'secret-file', /OPENAI_API_KEY_FILE names \(ENOENT\)/, /Correct the path/)
    assert.ok(!JSON.stringify(findings).includes(folder), 'the file is named, which may be a secret')
  })

  it('an origin with a path', async () => {
    const findings = await examine({ ALLOWED_ORIGINS: 'https://www.espn.com/nba' })
    assertFound(
      findings,
      'origin-malformed',
      /ALLOWED_ORIGINS .*https:\/\/www\.espn\.com$|\.$/,
      /scheme, host and nothing/,
    )
  })

  it('an origin with a slash at its end', async () => {
    const findings = await examine({ ALLOWED_ORIGINS: 'https://www.espn.com/' })
    assertFound(findings, 'origin-malformed', /browsers send it as https:\/\/www\.espn\.com\./, /nothing after that/)
  })

  it('a wildcard origin', async () => {
    for (const origins of ['*', 'https://*.espn.com'])
      assertFound(await examine({ ALLOWED_ORIGINS: origins }), 'origin-wildcard', /pattern/, /List each origin/)
  })

  it('plain http to a public OpenAI address', async () => {
    const findings = await examine({ OPENAI_BASE_URL: 'http://api.openai.com/v1' })
    assertFound(findings, 'openai-plain-http', /OPENAI_BASE_URL uses plain http/, /https:\/\//)
  })

  it('a short ADMIN_TOKEN', async () => {
    const findings = await examine({ ADMIN_TOKEN: 'too-short' })
    assertFound(findings, 'admin-token-short', /shorter than 12/, /openssl rand/)
    assert.ok(!JSON.stringify(findings).includes('too-short'))
    assert.ok(!idsOf(findings).includes('metrics-open'), 'a token that is wrong is no token that is missing')
  })

  it('a spend limit over a model without a price', async () => {
    const findings = await examine({
      CALL_MODE: 'unified',
      MAX_CALL_USD: '1',
      ALLOWED_MODELS: 'gpt-realtime-2.1,gpt-9',
    })
    assertFound(findings, 'price-missing', /lacks a price for gpt-9, which MAX_CALL_USD/, /MODEL_PRICES/)
    assert.ok(idsOf(findings).includes('models-unknown'), 'the models are checked all the same')
  })

  it('a model that is not on the list, and so is not looked for at OpenAI', async () => {
    const findings = await examine({ ALLOWED_MODELS: 'gpt-9', ALLOWED_VOICES: '' })
    assertFound(findings, 'not-checked', /serves the models was not checked: REALTIME_MODEL is wrong/, /Correct/)
    assert.ok(!idsOf(findings).includes('model-served'))
  })

  it('a spend limit that nothing holds calls to', async () => {
    const findings = await examine({ CLIENT_DAILY_USD: '2' })
    assertFound(findings, 'spend-limit-idle', /calls to CLIENT_DAILY_USD/, /CALL_MODE=unified/)
  })

  it('unified calls that one process alone knows of', async () => {
    const findings = await examine({ CALL_MODE: 'unified', REDIS_URL: '' })
    assertFound(findings, 'calls-alone', /run one instance only/, /REDIS_URL/)
  })

  it('all of them at once, and what is right is still checked', async () => {
    const findings = await examine({
      PORT: 'abc',
      ADMIN_TOKEN: 'short',
      ALLOWED_ORIGINS: '*',
      RATE_LIMIT_BURST: 'many',
      TOKEN_TTL_SECONDS: '20',
    })
    assert.equal(idsOf(findings).filter(id => id === 'setting-wrong').length, 2)
    for (const id of ['admin-token-short', 'origin-wildcard', 'ttl-short', 'key-valid', 'redis-reached'] as const)
      assert.ok(idsOf(findings).includes(id), id)
  })

  it('settings that are wrong together', async () => {
    for (const changes of [
      { AUTH_ISSUER: 'https://issuer.example/' },
      { AUTH_JWT_SECRET: 'x'.repeat(32) },
      { ALLOWED_MODELS: 'gpt-realtime-2' },
      { ALLOWED_VOICES: 'cedar' },
    ]) {
      const findings = await examine(changes)
      assert.ok(idsOf(findings).includes('setting-wrong'), JSON.stringify(changes))
      assert.ok(idsOf(findings).includes('key-valid'), 'the rest is checked')
    }
  })
})

describe('settings that the start only warns of', () => {
  it('an extension id of a wrong shape', async () => {
    const findings = await examine({ ALLOWED_ORIGINS: `${ESPN},chrome-extension://abc123` })
    assertFound(findings, 'extension-id', /chrome-extension:\/\/abc123/, /chrome:\/\/extensions/)
  })

  it('CORS_ORIGINS that lacks an allowed origin', async () => {
    const findings = await examine({ ALLOWED_ORIGINS: `${ESPN},https://fan.example`, CORS_ORIGINS: ESPN })
    assertFound(findings, 'cors-lacks-origin', /lacks https:\/\/fan\.example/, /Leave CORS_ORIGINS unset/)
  })

  it('/metrics that is open', async () => {
    assertFound(await examine({ ADMIN_TOKEN: '' }), 'metrics-open', /open to everyone/, /Set ADMIN_TOKEN/)
  })

  it('a burst above the minute limit', async () => {
    const findings = await examine({ RATE_LIMIT_BURST: '20', RATE_LIMIT_PER_MINUTE: '10' })
    assertFound(findings, 'burst-above-minute', /never takes effect/, /Lower RATE_LIMIT_BURST/)
  })

  it('a TTL under a minute', async () => {
    assertFound(await examine({ TOKEN_TTL_SECONDS: '59' }), 'ttl-short', /under a minute/, /60 or more/)
  })

  it('a retired model', async () => {
    const findings = await examine({ REALTIME_MODEL: 'gpt-4o-realtime-preview-2024-12-17' })
    assertFound(findings, 'model-retired', /shut down on 2026-05-07/, /REALTIME_MODEL=gpt-realtime-2\.1/)
  })
})

describe('OpenAI', () => {
  /** A stand-in whose list of models is answered like this. */
  async function withUpstream(
    list: [status: number, body: unknown, headers?: Record<string, string>],
    work: (upstream: Upstream) => Promise<void>,
  ): Promise<void> {
    const upstream = await startUpstream(undefined, (_request, response) => send(response, ...list))
    try {
      await work(upstream)
    } finally {
      await upstream.close()
    }
  }
  const models = { object: 'list', data: [{ id: 'gpt-realtime-2.1' }] }

  it('a wrong key', async () => {
    const findings = await examine({ OPENAI_API_KEY: 'sk-a-key-of-somebody-else-0123456789' })
    assertFound(findings, 'key-refused', /401 invalid_api_key/, /Make a new key/)
    assert.ok(!JSON.stringify(findings).includes('somebody'))
  })

  it('a model that it does not know', async () => {
    const findings = await examine({ REALTIME_MODEL: 'gpt-realtime-99' })
    assertFound(findings, 'model-unknown', /does not list gpt-realtime-99/, /one that it lists: .*gpt-realtime-2\.1/)
  })

  it('ALLOWED_MODELS that it does not know', async () => {
    const findings = await examine({ ALLOWED_MODELS: 'gpt-realtime-2.1,gpt-realtime-99,gpt-4o-realtime-preview' })
    assertFound(findings, 'models-unknown', /list gpt-realtime-99 of/, /Take them out/)
  })

  it('an end of the model that only it knows of', async () => {
    const data = [{ id: 'gpt-realtime-2.1', shutdown_date: '2030-01-01' }]
    await withUpstream([200, { data }], async ({ baseUrl }) =>
      assertFound(await examine({ OPENAI_BASE_URL: baseUrl }), 'model-ends', /2030-01-01/, /another REALTIME_MODEL/),
    )
  })

  it('a clock that is off by more than 30 s, and by how much', async () => {
    for (const [offset, what] of [
      [45_000, /4[456] s behind/],
      [-45_000, /4[456] s ahead of/],
    ] as const)
      await withUpstream([200, models, { date: new Date(Date.now() + offset).toUTCString() }], async ({ baseUrl }) =>
        assertFound(await examine({ OPENAI_BASE_URL: baseUrl }), 'clock-off', what, /NTP/),
      )
  })

  it('a clock that is off by less is right', async () => {
    await withUpstream([200, models, { date: new Date(Date.now() + 20_000).toUTCString() }], async ({ baseUrl }) =>
      assert.deepEqual(troubles(await examine({ OPENAI_BASE_URL: baseUrl })), []),
    )
  })

  it('credit that is gone, as far as it is told', async () => {
    await withUpstream([429, openAiError('insufficient_quota')], async ({ baseUrl }) =>
      assertFound(await examine({ OPENAI_BASE_URL: baseUrl }), 'credit-gone', /429 insufficient_quota/, /Add credit/),
    )
  })

  const ANSWERS: [status: number, body: unknown, id: FindingId, fix: RegExp][] = [
    [403, openAiError('missing_scope'), 'key-limited', /read access to models/],
    [429, openAiError('rate_limit_exceeded'), 'openai-failing', /status page/],
    [500, openAiError(null), 'openai-failing', /status page/],
    [404, 'not here', 'openai-odd', /OPENAI_BASE_URL/],
    [200, '<html>', 'openai-odd', /OPENAI_BASE_URL/],
    [200, '{"data":7}', 'openai-odd', /OPENAI_BASE_URL/],
    [302, '', 'openai-odd', /OPENAI_BASE_URL/],
  ]
  for (const [status, body, id, fix] of ANSWERS)
    it(`an answer of ${status} ${JSON.stringify(body).slice(0, 60)} is ${id}`, async () => {
      await withUpstream([status, body], async ({ baseUrl }) =>
        assertFound(await examine({ OPENAI_BASE_URL: baseUrl }), id, new RegExp(`${status}`), fix),
      )
    })

  it('an address where nobody listens', async () => {
    const findings = await examine({ OPENAI_BASE_URL: `http://127.0.0.1:${await freePort()}/v1` })
    assertFound(findings, 'openai-unreachable', /nothing took the connection \(ECONNREFUSED\)/, /OPENAI_BASE_URL/)
  })

  it('an address that has no TLS', async () => {
    const findings = await examine({ OPENAI_BASE_URL: emulator.baseUrl.replace('http:', 'https:') })
    assertFound(findings, 'openai-unreachable', /TLS failed/, /OPENAI_BASE_URL/)
  })

  it('a connection on which nobody speaks, within the time-out', async () => {
    const server = createServer(() => {}).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const base = `http://127.0.0.1:${port}/v1`
    const findings = await examine({ OPENAI_BASE_URL: base, UPSTREAM_TIMEOUT_MS: '200' })
    assertFound(findings, 'openai-silent', /timeout/, /UPSTREAM_TIMEOUT_MS/)
    server.close()
  })

  it('an answer that takes more than half of the time-out', async () => {
    const upstream = await startUpstream(undefined, async (_request, response) => {
      await new Promise(resolve => setTimeout(resolve, 3000))
      send(response, 200, models)
    })
    const findings = await examine({ OPENAI_BASE_URL: upstream.baseUrl, UPSTREAM_TIMEOUT_MS: '5000' })
    assertFound(findings, 'openai-slow', /took \d+ ms/, /UPSTREAM_TIMEOUT_MS/)
    await upstream.close()
  })
})

// Side by side: some wait for a time-out.
describe('Redis', { concurrency: true }, () => {
  it('that cannot be reached', async () => {
    const findings = await examine({ REDIS_URL: `redis://127.0.0.1:${await freePort()}` })
    assertFound(findings, 'redis-unreachable', /ECONNREFUSED.*at half of each limit/, /Start Redis, correct REDIS_URL/)
  })

  it('that cannot be reached, without which unified calls are refused', async () => {
    const findings = await examine({ CALL_MODE: 'unified', REDIS_URL: `redis://127.0.0.1:${await freePort()}` })
    assertFound(findings, 'redis-unreachable', /ECONNREFUSED.*no new tickets and calls \(503/, /Start Redis/)
    assert.doesNotMatch(JSON.stringify(findings), /at half/)
  })

  it('that evicts', async () => {
    const other = await startRedis(['--maxmemory', '20mb', '--maxmemory-policy', 'allkeys-lru'])
    const findings = await examine({ REDIS_URL: other.url })
    assertFound(findings, 'redis-evicts', /allkeys-lru/, /maxmemory-policy noeviction/)
    await other.kill()
  })

  it('without TLS over a public host', async () => {
    const findings = await examine({ REDIS_URL: 'redis://:a-password-of-redis@192.0.2.7:6379' })
    assertFound(findings, 'redis-plain', /192\.0\.2\.7:6379 is asked without TLS/, /rediss:\/\//)
    assert.ok(!JSON.stringify(findings).includes('a-password-of-redis'))
  })

  it('that wants another password', async () => {
    const other = await startRedis(['--requirepass', 'right-password'])
    const findings = await examine({ REDIS_URL: other.url.replace('//', '//:wrong-password@') })
    assertFound(
      findings,
      'redis-refuses',
      /takes connections, but refuses us: WRONGPASS/,
      /password and database number/,
    )
    await other.kill()
  })

  const UNWRITABLE: [name: string, words: string[][], answer: RegExp, fix: RegExp][] = [
    ['that is a replica', [['REPLICAOF', '127.0.0.1', '1']], /refuses what .*: READONLY /, /address of the primary/],
    ['that is full', [['CONFIG', 'SET', 'maxmemory', '100kb']], /refuses what .*: OOM /, /more memory/],
    [
      'whose user may only read',
      [['ACL', 'SETUSER', 'default', '-@write']],
      /refuses what .*can't run this command|NOPERM/,
      /ACL SETUSER/,
    ],
    [
      'whose user may not use our keys',
      [['ACL', 'SETUSER', 'default', 'resetkeys', '~other:*']],
      /refuses what .*can't access|NOPERM/,
      /~parker:\*/,
    ],
  ]
  for (const [name, words, answer, fix] of UNWRITABLE)
    it(name, async () => {
      const other = await startRedis()
      for (const command of words) await other.ask(...command)
      const findings = await examine({ REDIS_URL: other.url })
      await other.kill()
      assertFound(findings, 'redis-unwritable', answer, fix)
    })

  it('keeps nothing of what the doctor writes', async () => {
    const other = await startRedis()
    await examine({ REDIS_URL: other.url })
    for (const key of (await other.ask('KEYS', '*')).split('\n').filter(Boolean)) {
      assert.match(key, /^parker:doctor:/)
      const left = Number(await other.ask('PTTL', key))
      assert.ok(left !== -1 && left <= 5000, `${key} lives for ${left} ms`)
    }
    await other.kill()
  })

  it('that is far away', async () => {
    const way = await slowWayTo(redis.port)
    way.delayMs = 80
    const findings = await examine({ REDIS_URL: `redis://127.0.0.1:${way.port}` })
    assertFound(findings, 'redis-slow', /\d+ ms a command/, /same region/)
    way.close()
  })

  it('that answers later than limits wait for, and not than tickets do', async () => {
    const way = await slowWayTo(redis.port)
    way.delayMs = 300
    const settings = { REDIS_URL: `redis://127.0.0.1:${way.port}` }
    const [counting, unified] = await Promise.all([examine(settings), examine({ ...settings, CALL_MODE: 'unified' })])
    way.close()
    assertFound(counting, 'redis-slow', /unanswered for 250 ms.*at half of each limit/, /same region/)
    assertFound(unified, 'redis-slow', /\d+ ms a command/, /same region/)
  })

  it('whose user may not ask for its policy', async () => {
    const other = await startRedis()
    await other.ask('ACL', 'SETUSER', 'limited', 'on', '>limited-password', '~*', '&*', '+@all', '-info')
    const findings = await examine({ REDIS_URL: other.url.replace('//', '//limited:limited-password@') })
    assertFound(findings, 'redis-policy-unknown', /does not tell/, /must be noeviction/)
    await other.kill()
  })

  it('that is no Redis', async () => {
    const findings = await examine({ REDIS_URL: `redis://127.0.0.1:${emulator.port}` })
    assertFound(findings, 'redis-refuses', /takes connections/, /rediss:\/\//)
  })
})

describe('a request described by --origin and --header', () => {
  it('passes', async () => {
    const findings = await examine({}, '--origin', ESPN, '--header', 'Referer: https://www.espn.com/nba/game')
    assert.deepEqual(troubles(findings), [])
    assert.ok(idsOf(findings).includes('request-passes'))
  })

  const REFUSED: [origin: string, fix: RegExp][] = [
    ['https://www.espn.com/', /Browsers send https:\/\/www\.espn\.com, which is allowed/],
    ['https://WWW.espn.com', /Browsers send https:\/\/www\.espn\.com, which is allowed/],
    ['https://www.espn.com/nba', /without path/],
    ['http://www.espn.com', /Add http:\/\/www\.espn\.com .*https:\/\/www\.espn\.com is there, but it is another/],
    ['https://espn.com', /Add https:\/\/espn\.com/],
    ['https://malicious-site.com', /^Add https:\/\/malicious-site\.com to ALLOWED_ORIGINS\.$/],
    ['chrome-extension://abc', /32 letters, a to p/],
    ['null', /never allowed/],
  ]
  for (const [origin, fix] of REFUSED)
    it(`is refused with Origin ${origin}, and is told why`, async () => {
      assertFound(await examine({}, '--origin', origin), 'request-origin', /ALLOWED_ORIGINS has no/, fix)
    })

  it('is refused by its Referer', async () => {
    const findings = await examine({}, '--origin', ESPN, '--header', 'Referer: https://elsewhere.example/x')
    assertFound(findings, 'request-referer', /no https:\/\/elsewhere\.example\./, /ALLOWED_ORIGINS/)
  })

  it('is refused without Origin where that is required', async () => {
    const findings = await examine({ REQUIRE_ORIGIN: 'true' }, '--header', 'Accept: */*')
    assertFound(findings, 'request-no-origin', /without Origin/, /REQUIRE_ORIGIN=false/)
  })

  it('passes and cannot be read', async () => {
    const changes = { ALLOWED_ORIGINS: `${ESPN},https://fan.example`, CORS_ORIGINS: ESPN }
    const findings = await examine(changes, '--origin', 'https://fan.example')
    assertFound(findings, 'request-unreadable', /CORS_ORIGINS has no https:\/\/fan\.example/, /CORS_ORIGINS/)
  })

  it('is refused without the JWT that is required', async () => {
    const jwt = { AUTH_JWT_SECRET: 'x'.repeat(32), AUTH_ISSUER: 'issuer', AUTH_AUDIENCE: 'parker' }
    const findings = await examine(jwt, '--origin', ESPN)
    assertFound(findings, 'request-jwt', /bearer token is required/, /AUTH_ISSUER/)
    const wrong = await examine(jwt, '--origin', ESPN, '--header', 'Authorization: Bearer a.b.c')
    assertFound(wrong, 'request-jwt', /not valid/, /AUTH_AUDIENCE/)
  })

  it('came through a proxy that is not trusted', async () => {
    const findings = await examine({}, '--origin', ESPN, '--header', 'X-Forwarded-For: 203.0.113.7')
    assertFound(findings, 'request-proxy-ignored', /TRUST_PROXY=none/, /TRUST_PROXY=1/)
  })

  it('came through fewer proxies than are trusted', async () => {
    const findings = await examine({ TRUST_PROXY: '2' }, '--origin', ESPN, '--header', 'X-Forwarded-For: 203.0.113.7')
    assertFound(findings, 'request-few-hops', /TRUST_PROXY=2/, /number of proxies/)
  })

  it('is counted by the address that the service would take', async () => {
    for (const trust of ['1', 'railway', '10.0.0.0/8']) {
      const headers = ['X-Forwarded-For: 6.6.6.6, 203.0.113.7', 'X-Real-IP: 203.0.113.7'].flatMap(one => [
        '--header',
        one,
      ])
      const findings = await examine({ TRUST_PROXY: trust }, '--origin', ESPN, ...headers)
      assert.match(findings.find(({ id }) => id === 'request-counted')?.what ?? '', /counted as 203\.0\.113\.7, by x-/)
    }
  })
})

describe('the keys of sign-in', () => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const usable = ec.publicKey.export({ format: 'jwk' })
  const claims = { AUTH_ISSUER: 'issuer', AUTH_AUDIENCE: 'parker' }

  it('can be had, or not, and then a JWT that cannot be checked is not blamed', async () => {
    const issuer = await startUpstream(undefined, (request, response) =>
      request.url.endsWith('/keys/?p=1') ? send(response, 200, { keys: [usable, {}] }) : send(response, 404, {}),
    )
    const at = (path: string) => ({ ...claims, AUTH_JWKS_URL: `${issuer.baseUrl}${path}` })
    const had = await examine(at('/keys/?p=1'))
    assert.match(had.find(({ id }) => id === 'keys-fetched')?.what ?? '', /has 2 keys; 1 can be used\.$/)
    assertFound(await examine(at('/elsewhere')), 'keys-unreachable', /answers 404/, /AUTH_JWKS_URL/)
    await issuer.close()
    const unchecked = `${Buffer.from('{"alg":"RS256"}').toString('base64url')}.e30.c2ln`
    const findings = await examine(at('/keys/?p=1'), '--origin', ESPN, '--header', `Authorization: Bearer ${unchecked}`)
    assertFound(findings, 'keys-unreachable', /ECONNREFUSED|UND_ERR_SOCKET/, /AUTH_JWKS_URL/)
    assertFound(findings, 'not-checked', /Whether its JWT holds was not checked/, /keys of sign-in/)
    for (const claim of ['request-jwt', 'request-passes'] as const) assert.ok(!idsOf(findings).includes(claim), claim)
  })

  const UNUSABLE: [name: string, keys: object[]][] = [
    ['no key', []],
    ['a shared secret', [{ kty: 'oct', k: 'AAAA', kid: 'a' }]],
    ['a short RSA key', [generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' })]],
    ['a key for encryption', [{ ...usable, use: 'enc' }]],
    ['a private key', [ec.privateKey.export({ format: 'jwk' })]],
  ]
  for (const [name, keys] of UNUSABLE)
    it(`are none that can be used, where the set has ${name}`, async () => {
      const issuer = await startUpstream(undefined, (_request, response) => send(response, 200, { keys }))
      const findings = await examine({ ...claims, AUTH_JWKS_URL: `${issuer.baseUrl}/keys` })
      await issuer.close()
      assertFound(findings, 'keys-unusable', /none that we can use/, /public keys of these kinds/)
    })

  it('are out of reach for the doctor where they are for the service: too late, or too large', async () => {
    const issuer = await startUpstream(undefined, async (request, response) => {
      if (request.url.endsWith('/late')) await once(response, 'close')
      else send(response, 200, { keys: [usable], padding: 'x'.repeat(1_048_576) })
    })
    const [late, large] = await Promise.all(
      ['late', 'large'].map(path => examine({ ...claims, AUTH_JWKS_URL: `${issuer.baseUrl}/${path}` })),
    )
    await issuer.close()
    assertFound(late ?? [], 'keys-unreachable', /within 5 s/, /within 5 s/)
    assertFound(large ?? [], 'keys-unreachable', /more than 1 MiB/, /1 MiB/)
  })

  it('are not checked where a setting of sign-in is wrong, and only that one is called so', async () => {
    const url = { AUTH_JWKS_URL: 'https://issuer.example/keys' }
    const unchecked = (findings: Finding[]) =>
      findings.filter(({ id }) => id === 'not-checked').map(({ what }) => what.replace(/.*: /, ''))
    assert.deepEqual(unchecked(await examine({ ...url, AUTH_AUDIENCE: 'parker' })), ['AUTH_ISSUER is wrong.'])
    assert.deepEqual(unchecked(await examine({ ...claims, AUTH_JWT_SECRET: 'short' })), ['AUTH_JWT_SECRET is wrong.'])
  })
})

describe('a running deployment', () => {
  const SERVICES = {
    plain: { ADMIN_TOKEN },
    one: { ADMIN_TOKEN, TRUST_PROXY: '1' },
    two: { ADMIN_TOKEN, TRUST_PROXY: '2' },
    railway: { ADMIN_TOKEN, TRUST_PROXY: 'railway' },
    networks: { ADMIN_TOKEN, TRUST_PROXY: '10.0.0.0/8' },
    open: { ALLOWED_ORIGINS: `${ESPN},https://fan.example`, CORS_ORIGINS: ESPN },
  }
  let services: Record<keyof typeof SERVICES, RunningService>
  const proxies: ForwardingProxy[] = []

  before(async () => {
    const common = {
      OPENAI_API_KEY: API_KEY,
      OPENAI_BASE_URL: emulator.baseUrl,
      REALTIME_MODEL: 'gpt-realtime-2.1',
    }
    const started = Object.entries(SERVICES).map(async ([name, own]) => [
      name,
      await startService({ ...common, ...own }),
    ])
    services = Object.fromEntries(await Promise.all(started))
  })
  after(async () => {
    await Promise.all(proxies.map(proxy => proxy.close()))
    await Promise.all(Object.values(services ?? {}).map(service => service.stop()))
  })

  async function behind(name: keyof typeof SERVICES, habits: Parameters<typeof startProxy>[1] = {}): Promise<string> {
    const proxy = await startProxy(services[name].url, habits)
    proxies.push(proxy)
    return proxy.url
  }
  const visit = (url: string, ...argv: string[]) => examine({}, '--url', url, ...argv)

  it('in which all is well draws no complaint, with a proxy and without', async () => {
    for (const url of [services.plain.url, await behind('one')]) {
      const findings = await visit(url)
      assert.deepEqual(troubles(findings), [])
      const fine = [
        'deployment-healthy',
        'headers-fine',
        'metrics-closed',
        'cors-works',
        'token-given',
        'address-right',
      ]
      for (const id of fine) assert.ok(idsOf(findings).includes(id as FindingId), id)
    }
  })

  it('is asked for one token, says that it cost a mint, and never shows the secret', async () => {
    const before = emulator.mints
    const findings = await visit(services.plain.url)
    assert.equal(emulator.mints, before + 1)
    assert.match(findings.find(({ id }) => id === 'token-given')?.what ?? '', /gpt-realtime-2\.1 with verse.*one mint/)
    assert.doesNotMatch(JSON.stringify(findings), /ek_|rk_/)
  })

  it('is asked for none with --no-token', async () => {
    const before = emulator.mints
    const findings = await visit(services.plain.url, '--no-token')
    assert.equal(emulator.mints, before)
    assert.ok(idsOf(findings).includes('token-not-asked'))
  })

  it('whose proxy is not trusted: everyone behind one address', async () => {
    const findings = await visit(await behind('plain'))
    assertFound(findings, 'proxy-not-trusted', /counted as 127\.0\.0\.1, by the connection/, /TRUST_PROXY=1/)
    const three = await visit(await behind('plain', { forward: appending(3) }))
    assertFound(three, 'proxy-not-trusted', /TRUST_PROXY: none/, /TRUST_PROXY=3/)
  })

  it('whose proxy is outside the trusted networks', async () => {
    const findings = await visit(await behind('networks'))
    assertFound(findings, 'proxy-not-trusted', /TRUST_PROXY: networks/, /Add the proxy's network/)
  })

  it('that trusts too many hops takes a forged address', async () => {
    const findings = await visit(await behind('two'))
    assertFound(findings, 'hops-too-many', /took 192\.0\.2\.66.*2 hops are trusted.*1 proxy/, /TRUST_PROXY=1/)
  })

  it('that trusts a hop where there is no proxy', async () => {
    assertFound(await visit(services.one.url), 'hops-too-many', /there are 0 proxies/, /TRUST_PROXY=none/)
  })

  it('that trusts too few hops counts a proxy', async () => {
    const findings = await visit(await behind('two', { forward: appending(3) }))
    assertFound(findings, 'hops-too-few', /counted as 10\.0\.0\.1/, /TRUST_PROXY=3/)
  })

  it('that believes X-Real-IP where nobody overwrites it', async () => {
    const findings = await visit(services.railway.url)
    assertFound(findings, 'address-forgeable', /x-real-ip.*railway/, /overwrite X-Real-IP/)
  })

  it('whose /metrics is open, and which has no self-check', async () => {
    const findings = await visit(services.open.url)
    assertFound(findings, 'deployment-metrics-open', /200 without a token/, /Set ADMIN_TOKEN/)
    assertFound(findings, 'self-check-not-asked', /has no self-check/, /Set ADMIN_TOKEN/)
  })

  it('whose ADMIN_TOKEN is another, or not known here', async () => {
    const argv = ['--url', services.plain.url, '--no-token']
    const other = await examine({ ADMIN_TOKEN: 'another-token-0123456789' }, ...argv)
    assertFound(other, 'self-check-not-asked', /does not take the ADMIN_TOKEN/, /Set ADMIN_TOKEN here/)
    const none = await examine({ ADMIN_TOKEN: '' }, ...argv)
    assertFound(none, 'self-check-not-asked', /not set here/, /Set ADMIN_TOKEN here/)
  })

  it('whose CORS_ORIGINS lacks an allowed origin', async () => {
    const findings = await visit(services.open.url, '--origin', 'https://fan.example')
    assertFound(findings, 'deployment-cors-lacks', /https:\/\/fan\.example, which cannot read/, /CORS_ORIGINS/)
  })

  it('that refuses the origin', async () => {
    const findings = await visit(services.plain.url, '--origin', 'https://malicious-site.com')
    assertFound(findings, 'deployment-origin-refused', /malicious-site/, /ALLOWED_ORIGINS/)
    assert.ok(!idsOf(findings).includes('token-refused'), 'it is said once')
  })

  /** What proxies do to answers, and what then is found. */
  const MEDDLING: [what: string, change: Record<string, string | string[] | undefined>, FindingId, RegExp][] = [
    ['lets everyone read', { 'access-control-allow-origin': '*' }, 'deployment-cors-changed', /Turn off CORS/],
    [
      'adds a second origin',
      { 'access-control-allow-origin': [ESPN, '*'] },
      'deployment-cors-changed',
      /Turn off CORS/,
    ],
    ['hides headers from pages', { 'access-control-expose-headers': undefined }, 'deployment-cors-changed', /CORS/],
    ['forgets Vary', { vary: undefined }, 'deployment-cors-changed', /CORS/],
    ['forbids POST', { 'access-control-allow-methods': 'GET' }, 'deployment-preflight', /OPTIONS/],
    ['drops headers', { 'x-request-id': undefined }, 'headers-lost', /pass them on/],
    ['lets answers be cached', { 'cache-control': 'public, max-age=60' }, 'token-cached', /no-store/],
  ]
  for (const [what, change, id, fix] of MEDDLING)
    it(`behind a proxy that ${what}`, async () => {
      const kept = (headers: object) =>
        Object.fromEntries(Object.entries({ ...headers, ...change }).filter(([, value]) => value !== undefined))
      assertFound(await visit(await behind('one', { answer: kept })), id, /./, fix)
    })

  it('behind a proxy that redirects', async () => {
    const upstream = await startUpstream(undefined, (_request, response) =>
      send(response, 301, '', { location: 'https://elsewhere.example/' }),
    )
    const findings = await visit(upstream.baseUrl.replace('/v1', ''))
    assertFound(findings, 'deployment-redirects', /301.*elsewhere/, /redirects to/)
    await upstream.close()
  })

  it('that cannot be reached, or is something else', async () => {
    const gone = await visit(`http://127.0.0.1:${await freePort()}`)
    assertFound(gone, 'deployment-unreachable', /ECONNREFUSED/, /whether it runs/)
    assertFound(await visit(emulator.url), 'deployment-stranger', /404/, /address/)
  })

  it('over plain http to a public host, where nothing confidential is sent', async () => {
    const findings = await visit('http://192.0.2.7')
    assertFound(findings, 'deployment-plain-http', /plain http/, /https:\/\//)
    assert.equal(findings.length, 1)
  })

  it('that waits for Redis', async () => {
    const service = await startService({
      OPENAI_API_KEY: API_KEY,
      OPENAI_BASE_URL: emulator.baseUrl,
      REDIS_URL: `redis://127.0.0.1:${await freePort()}`,
    })
    const findings = await visit(service.url, '--no-token')
    assertFound(findings, 'deployment-not-ready', /503 not_ready\..*REDIS_URL/, /REDIS_URL/)
    await service.stop()
  })

  it('whose key is wrong', async () => {
    const service = await startService({ OPENAI_BASE_URL: emulator.baseUrl, ADMIN_TOKEN })
    const findings = await visit(service.url)
    assertFound(findings, 'deployment-openai-down', /disconnected/, /without --url/)
    assertFound(findings, 'token-refused', /500 upstream_auth_failed/, /OPENAI_API_KEY/)
    await service.stop()
  })
})

describe('GET /v1/self-check', () => {
  let service: RunningService
  let closed: RunningService
  before(async () => {
    const common = { OPENAI_BASE_URL: emulator.baseUrl, OPENAI_API_KEY: API_KEY }
    const own = { ADMIN_TOKEN, TRUST_PROXY: '1', CORS_ORIGINS: ESPN, ALLOWED_ORIGINS: `${ESPN},https://fan.example` }
    ;[service, closed] = await Promise.all([startService({ ...common, ...own }), startService(common)])
  })
  after(() => Promise.all([service?.stop(), closed?.stop()]))

  const operator = { authorization: `Bearer ${ADMIN_TOKEN}` }
  const look = (headers: Env = {}) => ask(`${service.url}/v1/self-check`, { headers: { ...operator, ...headers } })

  it('is for operators: 401 to others, 404 where there are none', async () => {
    assertFailure(await ask(`${service.url}/v1/self-check`), 401, 'unauthenticated')
    assertFailure(await ask(`${service.url}/v1/self-check`, { headers: { origin: ESPN } }), 401, 'unauthenticated')
    assertFailure(await ask(`${closed.url}/v1/self-check`, { headers: operator }), 404, 'not_found')
  })

  it('says which address counts, and which header told it', async () => {
    const direct = await look()
    assert.equal(direct.status, 200)
    assertSafeHeaders(direct)
    assert.deepEqual(direct.json.client, { address: '127.0.0.1', class: 'loopback', header: null })
    const told = await look({ 'x-forwarded-for': '6.6.6.6, 203.0.113.7' })
    assert.deepEqual(told.json.client, { address: '203.0.113.7', class: 'public', header: 'x-forwarded-for' })
    const six = await look({ 'x-forwarded-for': '2001:db8:1:2::9' })
    assert.equal(six.json.client.address, '2001:db8:1:2::/64')
    const inside = await look({ 'x-forwarded-for': '10.1.2.3' })
    assert.equal(inside.json.client.class, 'private')
  })

  it('says whom it trusts, and what was forwarded', async () => {
    const { trust_proxy, forwarded, socket } = (
      await look({ 'x-forwarded-for': 'a, b ,c', 'x-real-ip': '203.0.113.7' })
    ).json
    assert.deepEqual([trust_proxy.kind, trust_proxy.hops], ['hops', 1])
    assert.match(trust_proxy.meaning, /from the right of X-Forwarded-For/)
    assert.deepEqual(forwarded, { x_forwarded_for: 3, x_real_ip: true, forwarded: false, x_forwarded_proto: false })
    assert.deepEqual(socket, { class: 'loopback' })
    assert.deepEqual((await look()).json.forwarded.x_forwarded_for, 0)
  })

  it('says which scheme it believes', async () => {
    assert.equal((await look()).json.scheme, 'http')
    assert.equal((await look({ 'x-forwarded-proto': 'https' })).json.scheme, 'https')
  })

  it('judges Origin and Referer as a token request would meet them', async () => {
    const cases: [headers: Env, origin: object, referer: object][] = [
      [{}, { value: null, verdict: 'absent', readable: false }, { origin: null, verdict: 'absent' }],
      [
        { origin: ESPN, referer: `${ESPN}/nba` },
        { value: ESPN, verdict: 'allowed', readable: true },
        { origin: ESPN, verdict: 'allowed' },
      ],
      [
        { origin: 'https://fan.example', referer: 'https://elsewhere.example/secret?x' },
        { value: 'https://fan.example', verdict: 'allowed', readable: false },
        { origin: 'https://elsewhere.example', verdict: 'not_allowed' },
      ],
      [
        { origin: 'https://elsewhere.example', referer: 'nonsense' },
        { value: 'https://elsewhere.example', verdict: 'not_allowed', readable: false },
        { origin: '', verdict: 'not_allowed' },
      ],
    ]
    for (const [headers, origin, referer] of cases) {
      const { json } = await look(headers)
      assert.deepEqual(json.origin, origin)
      assert.deepEqual(json.referer, referer)
    }
  })

  it('names the request as its header does, and whether limits are shared', async () => {
    const { json, headers } = await look({ 'x-request-id': 'mine' })
    assert.deepEqual([json.request_id, headers.get('x-request-id'), json.shared_limits], ['mine', 'mine', false])
  })
})

describe('npm run doctor', () => {
  it('ends with 0 where all is well, 2 with warnings, 1 with something to fix', async () => {
    const codes = await Promise.all([
      run([], good),
      run([], { ...good, ADMIN_TOKEN: '' }),
      run([], { ...good, OPENAI_API_KEY: '' }),
    ])
    assert.deepEqual(
      codes.map(({ code }) => code),
      [0, 2, 1],
    )
    assert.match(codes[0].stdout, /Healthy\./)
    assert.match(codes[2].stdout, /1 to fix/)
  })

  it('prints no colour into a pipe, and every fix', async () => {
    const { stdout } = await run([], { ...good, TOKEN_TTL_SECONDS: '30', RATE_LIMIT_BURST: '11' })
    assert.ok(!stdout.includes('\u001b'))
    assert.equal(stdout.match(/Fix: /g)?.length, 2 + (stdout.includes('[setting-remark]') ? 1 : 0))
  })

  it('prints JSON for scripts', async () => {
    const { code, stdout } = await run(['--json'], { ...good, ADMIN_TOKEN: 'short-one' })
    const report = JSON.parse(stdout)
    assert.deepEqual([code, report.exit_code, report.healthy], [1, 1, false])
    const found = report.findings.find(({ id }: Finding) => id === 'admin-token-short')
    assert.deepEqual(Object.keys(found).sort(), ['fix', 'group', 'id', 'severity', 'what'])
  })

  it('never prints a secret', async () => {
    const secrets = { ADMIN_TOKEN: 'an-admin-token-0123456789', AUTH_JWT_SECRET: 'a-jwt-secret-of-32-bytes-or-more-00' }
    const env = { ...good, ...secrets, AUTH_ISSUER: 'issuer', AUTH_AUDIENCE: 'parker' }
    const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl'
    const { stdout, stderr } = await run(['--origin', ESPN, '--header', `Authorization: Bearer ${jwt}`], env)
    for (const secret of [API_KEY, jwt, ...Object.values(secrets)]) assert.ok(!(stdout + stderr).includes(secret))
  })

  it('reads .env where it stands', async () => {
    const own = mkdtempSync(join(tmpdir(), 'parker-doctor-env-'))
    writeFileSync(
      join(own, '.env'),
      Object.entries(good)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    )
    assert.equal((await run([], {}, own)).code, 0)
    assert.equal(
      (await run([], { OPENAI_API_KEY: '' }, own)).code,
      0,
      'an empty value counts as unset, as at the start',
    )
    rmSync(own, { recursive: true })
  })

  it('explains itself, and what it does not understand', async () => {
    const help = await run(['--help'], {})
    assert.equal(help.code, 0)
    for (const word of ['--json', '--origin', '--header', '--url', '--no-token', 'Exit code'])
      assert.ok(help.stdout.includes(word))
    const bad = [
      ['--bogus'],
      ['--header', 'no colon'],
      ['--url', 'ftp://x'],
      ['--url', 'https://user:pass@x'],
      ['stray'],
    ]
    for (const { code, stderr } of await Promise.all(bad.map(argv => run(argv, good)))) {
      assert.equal(code, 64)
      assert.match(stderr, /--url/)
      assert.doesNotMatch(stderr, /user:pass/)
    }
  })
})

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { after, before, describe, it, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { ALL_SETTINGS, type SettingName } from '../packages/server/src/config/settings.ts'
import { type Answered, ask, askToken } from './harness/ask.ts'
import { freePort } from './harness/free-port.ts'
import { requestText, sendBytes } from './harness/raw-http.ts'
import { API_KEY, BASE_SETTINGS, type RunningService } from './harness/service.ts'
import { type Scope, serviceFor } from './harness/services.ts'
import {
  type Behaviour,
  goodSecret,
  healthy,
  openAiError,
  send,
  startUpstream,
  type Upstream,
} from './harness/upstream.ts'
import { CALL_PROOFS } from './settings/calls.ts'

type Settings = Record<string, string>

/** A running service, with the stand-in for OpenAI that it alone talks to. */
interface Stage {
  service: RunningService
  upstream: Upstream
  /** Health probes so far. */
  probes(): number
}

/** Shows that a setting changes what can be seen from outside. */
type Proof = (t: TestContext) => Promise<void>

const ESPN = 'https://www.espn.com'
const LOCAL = 'http://localhost:3000'
const ADMIN = 'an-operators-token'
const JWT_SECRET = 'a-secret-of-32-characters-or-more'
const AUTH = { AUTH_JWT_SECRET: JWT_SECRET, AUTH_ISSUER: 'issuer', AUTH_AUDIENCE: 'audience' }
const ONCE = { UPSTREAM_MAX_RETRIES: '0' }

async function stageFor(t: Scope, settings: Settings, behaviour?: Behaviour): Promise<Stage> {
  let probes = 0
  const upstream = await startUpstream(behaviour, (_request, response) => {
    probes++
    send(response, 200, { object: 'list', data: [] })
  })
  t.after(() => upstream.close())
  const service = await serviceFor(t, { OPENAI_BASE_URL: upstream.baseUrl, ...settings })
  return { service, upstream, probes: () => probes }
}

/** The service as it is when nothing is set, shared by all proofs that need no other. */
let usual: Stage
/** The service with every change of `TOGETHER`. */
let changed: Stage
const ends: (() => unknown)[] = []

before(async () => {
  const all = { after: (end: () => unknown) => ends.push(end) }
  usual = await stageFor(all, {})
  changed = await stageFor(all, TOGETHER)
})

after(async () => {
  for (const end of ends) await end()
})

interface Comparison<T> {
  /** What is set on both sides. */
  given?: Settings
  behaviour?: () => Behaviour
  /** What the change is; it holds the setting that is proved. */
  change: Settings
  see(stage: Stage): Promise<T>
  /** What is seen without the change, and with it. */
  shows: [T, T]
}

/** Looks at the same thing with and without a change. */
function changes<T>({ given, behaviour, change, see, shows }: Comparison<T>): Proof {
  return async t => {
    const shared = given === undefined && behaviour === undefined
    const first = shared ? usual : await stageFor(t, given ?? {}, behaviour?.())
    const second = await stageFor(t, { ...given, ...change }, behaviour?.())
    assert.notDeepEqual(shows[0], shows[1])
    assert.deepEqual([await see(first), await see(second)], shows)
  }
}

/** Changes that do not meddle with each other are made to one service, which saves many starts. */
const TOGETHER: Settings = {}

/** As `changes`, for a change that many share. */
function differs<T>({ change, see, shows }: Pick<Comparison<T>, 'change' | 'see' | 'shows'>): Proof {
  Object.assign(TOGETHER, change)
  return async () => {
    assert.notDeepEqual(shows[0], shows[1])
    assert.deepEqual([await see(usual), await see(changed)], shows)
  }
}

interface Minted {
  answer: Answered
  /** What OpenAI was sent for it. */
  // biome-ignore lint/suspicious/noExplicitAny: bodies are inspected field by field
  body: any
  headers: Record<string, unknown>
  path: string
}

/** Asks for a token that no pool has ready, and finds what OpenAI was sent for it. */
async function mint({ service, upstream }: Stage, body: object = {}, headers: Settings = {}): Promise<Minted> {
  const id = randomUUID()
  const answer = await askToken(service.url, { context: id, ...body }, { ...headers, 'x-request-id': id })
  const sent = upstream.received.find(request => request.headers['x-client-request-id'] === id)
  assert.ok(sent, `nothing was sent to OpenAI: ${answer.text}`)
  return { answer, body: JSON.parse(sent.body), headers: sent.headers, path: sent.url }
}

const statusOf = async (answer: Promise<Answered>) => (await answer).status
const typeOf = async (answer: Promise<Answered>) => (await answer).json.error?.type ?? 'ok'
const cold = () => ({ context: randomUUID() })

/** A value of the session that OpenAI is asked for. */
const inBody =
  <T>(read: (body: Minted['body']) => T) =>
  async (on: Stage): Promise<T> =>
    read((await mint(on)).body)
const inHeader = (name: string) => async (on: Stage) => (await mint(on)).headers[name]

/** The hash that stands for a client in the log. */
async function hashOf({ service }: Stage, headers: Settings = {}): Promise<unknown> {
  const id = randomUUID()
  await ask(`${service.url}/healthz`, { headers: { ...headers, 'x-request-id': id } })
  return (await service.logged(line => line.request_id === id && line.msg === 'request')).client
}

async function bearer(claims: { issuer?: string; audience?: string } = {}): Promise<Settings> {
  const { issuer = AUTH.AUTH_ISSUER, audience = AUTH.AUTH_AUDIENCE } = claims
  const jwt = new SignJWT().setProtectedHeader({ alg: 'HS256' }).setIssuer(issuer).setAudience(audience)
  const signed = jwt.setSubject('fan').setExpirationTime('1h').sign(new TextEncoder().encode(JWT_SECRET))
  return { authorization: `Bearer ${await signed}` }
}

/** What a shared pool key has had after 30 requests, one after another. */
async function poolAfterRush({ service }: Stage) {
  let warm = 0
  let mostReady = 0
  for (let i = 0; i < 30; i++) {
    const { headers } = await askToken(service.url)
    if (/openai;dur=0(\.0+)?$/.test(headers.get('server-timing') ?? '')) warm++
    const { json } = await ask(`${service.url}/`)
    mostReady = Math.max(mostReady, json.cache_stats.entries)
  }
  const { json } = await ask(`${service.url}/`)
  return { anyWarm: warm > 0, severalReady: mostReady > 1, severalMinted: json.cache_stats.minted > 1 }
}

/** Answers after a while, and knows how many it worked on at once. */
function slowly(milliseconds: number): Behaviour & { most(): number } {
  let working = 0
  let most = 0
  const behaviour: Behaviour = async (_request, response) => {
    working++
    most = Math.max(most, working)
    await sleep(milliseconds)
    working--
    send(response, 200, goodSecret())
  }
  return Object.assign(behaviour, { most: () => most })
}

const failing: Behaviour = (_request, response) =>
  send(response, 500, openAiError('server_error'), { 'retry-after-ms': '1' })

/** Two failures in a row; the second may meet an open circuit. */
async function secondFailure({ service }: Stage): Promise<Answered> {
  await askToken(service.url, cold())
  return askToken(service.url, cold())
}

const holding =
  (held: ServerResponse[]): Behaviour =>
  (_request, response) =>
    void held.push(response)

const reachable = (url: string) =>
  ask(`${url}/healthz`).then(
    ({ status }) => status === 200,
    () => false,
  )

/** What a start writes until it listens. */
async function startOutput(t: TestContext, settings: Settings): Promise<string> {
  const entry = fileURLToPath(new URL('../packages/server/start.js', import.meta.url))
  const env = { PATH: process.env.PATH, ...BASE_SETTINGS, OPENAI_BASE_URL: usual.upstream.baseUrl, ...settings }
  const child = spawn(process.execPath, [entry], { cwd: tmpdir(), env, stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  let output = ''
  for await (const chunk of child.stdout) {
    output += chunk
    if (output.includes('is listening')) break
  }
  return output
}

const isJson = (text: string) => {
  try {
    return typeof JSON.parse(text) === 'object'
  } catch {
    return false
  }
}

/** One proof for each setting there is: the compiler asks for a row as soon as a setting is added. */
const PROOFS = {
  OPENAI_API_KEY: differs({
    change: { OPENAI_API_KEY: 'sk-another' },
    see: inHeader('authorization'),
    shows: [`Bearer ${API_KEY}`, 'Bearer sk-another'],
  }),

  OPENAI_BASE_URL: async t => {
    const gateway = await startUpstream()
    t.after(() => gateway.close())
    const { service } = await stageFor(t, { OPENAI_BASE_URL: gateway.baseUrl.replace('/v1', '/gateway/v9') })
    const id = randomUUID()
    assert.equal((await askToken(service.url, cold(), { 'x-request-id': id })).status, 200)
    const sent = gateway.received.find(request => request.headers['x-client-request-id'] === id)
    assert.equal(sent?.url, '/gateway/v9/realtime/client_secrets')
    assert.equal((await mint(usual)).path, '/v1/realtime/client_secrets')
  },

  OPENAI_PUBLIC_BASE_URL: async t => {
    const public_ = await stageFor(t, { OPENAI_PUBLIC_BASE_URL: 'https://public.example/v1' })
    const { json } = (await mint(public_)).answer
    assert.equal(json.web_rtc_url, 'https://public.example/v1/realtime/calls')
    assert.equal(json.websocket_url, 'wss://public.example/v1/realtime?model=gpt-realtime')
    const { baseUrl } = usual.upstream
    assert.equal((await mint(usual)).answer.json.web_rtc_url, `${baseUrl}/realtime/calls`)
  },

  OPENAI_ORGANIZATION: differs({
    change: { OPENAI_ORGANIZATION: 'org-1' },
    see: inHeader('openai-organization'),
    shows: [undefined, 'org-1'],
  }),

  OPENAI_PROJECT: differs({
    change: { OPENAI_PROJECT: 'proj_1' },
    see: inHeader('openai-project'),
    shows: [undefined, 'proj_1'],
  }),

  OPENAI_REALTIME_API: changes({
    change: { OPENAI_REALTIME_API: 'beta' },
    behaviour: () => (request, response) => {
      const { value, expires_at } = goodSecret()
      const beta = request.url.endsWith('/sessions')
      send(response, 200, beta ? { id: 'sess_1', client_secret: { value, expires_at } } : { value, expires_at })
    },
    async see(on) {
      const { path, headers, answer } = await mint(on)
      return [answer.status, path, headers['openai-beta']]
    },
    shows: [
      [200, '/v1/realtime/client_secrets', undefined],
      [200, '/v1/realtime/sessions', 'realtime=v1'],
    ],
  }),

  REALTIME_MODEL: differs({
    change: { REALTIME_MODEL: 'gpt-realtime-2.1' },
    async see(on) {
      const { answer, body } = await mint(on)
      return [answer.json.model, body.session.model]
    },
    shows: [
      ['gpt-realtime', 'gpt-realtime'],
      ['gpt-realtime-2.1', 'gpt-realtime-2.1'],
    ],
  }),

  REALTIME_VOICE: differs({
    change: { REALTIME_VOICE: 'cedar' },
    async see(on) {
      const { answer, body } = await mint(on)
      return [answer.json.voice, body.session.audio.output.voice]
    },
    shows: [
      ['verse', 'verse'],
      ['cedar', 'cedar'],
    ],
  }),

  TOKEN_TTL_SECONDS: differs({
    change: { TOKEN_TTL_SECONDS: '60' },
    see: inBody(body => body.expires_after.seconds),
    shows: [600, 60],
  }),

  ALLOWED_MODELS: changes({
    change: { ALLOWED_MODELS: 'gpt-realtime,gpt-realtime-99' },
    see: async ({ service }) => [
      await statusOf(askToken(service.url, { model: 'gpt-realtime-99', ...cold() })),
      await statusOf(askToken(service.url, { model: 'gpt-realtime-2.1', ...cold() })),
    ],
    shows: [
      [422, 200],
      [200, 422],
    ],
  }),

  ALLOWED_VOICES: changes({
    change: { ALLOWED_VOICES: 'verse,ash' },
    see: async ({ service }) => [
      await statusOf(askToken(service.url, { voice: 'ash', ...cold() })),
      await statusOf(askToken(service.url, { voice: 'cedar', ...cold() })),
    ],
    shows: [
      [422, 200],
      [200, 422],
    ],
  }),

  CALLER_INSTRUCTIONS: differs({
    change: { CALLER_INSTRUCTIONS: 'refuse' },
    see: async ({ service }) => [
      await statusOf(askToken(service.url, { instructions: 'Be brief.' })),
      await statusOf(askToken(service.url, { instructions: null })),
    ],
    shows: [
      [200, 200],
      [422, 200],
    ],
  }),

  DEFAULT_INSTRUCTIONS: differs({
    change: { DEFAULT_INSTRUCTIONS: 'You are somebody else.' },
    see: inBody(body => body.session.instructions.slice(0, 14)),
    shows: ['You are Parker', 'You are somebo'],
  }),

  DEFAULT_TEMPERATURE: changes({
    given: { OPENAI_REALTIME_API: 'beta' },
    behaviour: () => (_request, response) => send(response, 200, { client_secret: goodSecret() }),
    change: { DEFAULT_TEMPERATURE: '1.1' },
    see: inBody(body => body.temperature),
    shows: [0.8, 1.1],
  }),

  DEFAULT_MAX_TOKENS: differs({
    change: { DEFAULT_MAX_TOKENS: 'inf' },
    see: inBody<number | string>(body => body.session.max_output_tokens),
    shows: [4096, 'inf'],
  }),

  DEFAULT_SPEED: differs({
    change: { DEFAULT_SPEED: '1.25' },
    see: inBody(body => body.session.audio.output.speed),
    shows: [1, 1.25],
  }),

  TRANSCRIPTION_MODEL: differs({
    change: { TRANSCRIPTION_MODEL: 'none' },
    see: inBody<object | null>(body => body.session.audio.input.transcription),
    shows: [{ model: 'gpt-realtime-whisper' }, null],
  }),

  VAD_THRESHOLD: differs({
    change: { VAD_THRESHOLD: '0.7' },
    see: inBody(body => body.session.audio.input.turn_detection.threshold),
    shows: [0.5, 0.7],
  }),

  VAD_PREFIX_PADDING_MS: differs({
    change: { VAD_PREFIX_PADDING_MS: '250' },
    see: inBody(body => body.session.audio.input.turn_detection.prefix_padding_ms),
    shows: [300, 250],
  }),

  VAD_SILENCE_DURATION_MS: differs({
    change: { VAD_SILENCE_DURATION_MS: '700' },
    see: inBody(body => body.session.audio.input.turn_detection.silence_duration_ms),
    shows: [500, 700],
  }),

  SAFETY_IDENTIFIER: differs({
    change: { SAFETY_IDENTIFIER: 'client' },
    see: async on => /^[\w-]{16,64}$/.test(String((await mint(on)).headers['openai-safety-identifier'] ?? '')),
    shows: [false, true],
  }),

  ALLOWED_ORIGINS: changes({
    change: { ALLOWED_ORIGINS: LOCAL },
    see: async ({ service }) => [
      await statusOf(askToken(service.url, {}, { origin: ESPN })),
      await statusOf(askToken(service.url, {}, { origin: LOCAL })),
    ],
    shows: [
      [200, 403],
      [403, 200],
    ],
  }),

  CORS_ORIGINS: changes({
    change: { CORS_ORIGINS: LOCAL },
    async see({ service }) {
      const { status, headers } = await askToken(service.url, {}, { origin: ESPN })
      return [status, headers.get('access-control-allow-origin')]
    },
    shows: [
      [200, ESPN],
      [200, null],
    ],
  }),

  REQUIRE_ORIGIN: changes({
    change: { REQUIRE_ORIGIN: 'true' },
    see: ({ service }) => statusOf(askToken(service.url)),
    shows: [200, 403],
  }),

  TRUST_PROXY: differs({
    change: { TRUST_PROXY: '1' },
    see: async on =>
      (await hashOf(on, { 'x-forwarded-for': '203.0.113.7' })) ===
      (await hashOf(on, { 'x-forwarded-for': '203.0.113.8' })),
    shows: [true, false],
  }),

  AUTH_JWT_SECRET: changes({
    change: AUTH,
    see: async ({ service }) => [
      await statusOf(askToken(service.url)),
      await statusOf(askToken(service.url, {}, await bearer())),
    ],
    shows: [
      [200, 200],
      [401, 200],
    ],
  }),

  AUTH_JWKS_URL: async t => {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
    const keys = [{ ...(await exportJWK(publicKey)), alg: 'ES256', kid: 'a' }]
    const issuer = createServer((_request, response) => void response.end(JSON.stringify({ keys })))
    issuer.listen(0, '127.0.0.1')
    await once(issuer, 'listening')
    t.after(() => {
      issuer.closeAllConnections()
      issuer.close()
    })
    const url = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/jwks.json`
    const { service } = await stageFor(t, { ...AUTH, AUTH_JWT_SECRET: '', AUTH_JWKS_URL: url })
    const jwt = new SignJWT({ iss: AUTH.AUTH_ISSUER, aud: AUTH.AUTH_AUDIENCE, sub: 'fan' }).setExpirationTime('1h')
    const signed = await jwt.setProtectedHeader({ alg: 'ES256', kid: 'a' }).sign(privateKey)
    assert.equal((await askToken(service.url)).status, 401)
    assert.equal((await askToken(service.url, {}, await bearer())).status, 401)
    assert.equal((await askToken(service.url, {}, { authorization: `Bearer ${signed}` })).status, 200)
    assert.equal((await askToken(usual.service.url)).status, 200)
  },

  AUTH_ISSUER: changes({
    given: AUTH,
    change: { AUTH_ISSUER: 'another' },
    see: async ({ service }) => [
      await statusOf(askToken(service.url, {}, await bearer())),
      await statusOf(askToken(service.url, {}, await bearer({ issuer: 'another' }))),
    ],
    shows: [
      [200, 401],
      [401, 200],
    ],
  }),

  AUTH_AUDIENCE: changes({
    given: AUTH,
    change: { AUTH_AUDIENCE: 'another' },
    see: async ({ service }) => [
      await statusOf(askToken(service.url, {}, await bearer())),
      await statusOf(askToken(service.url, {}, await bearer({ audience: 'another' }))),
    ],
    shows: [
      [200, 401],
      [401, 200],
    ],
  }),

  CLIENT_HASH_SECRET: async t => {
    const a = await stageFor(t, { CLIENT_HASH_SECRET: 'a-key-of-the-hashes' })
    const b = await stageFor(t, { CLIENT_HASH_SECRET: 'a-key-of-the-hashes', OPENAI_API_KEY: 'sk-renewed' })
    assert.equal(await hashOf(a), await hashOf(b))
    assert.notEqual(await hashOf(a), await hashOf(usual))
  },

  ADMIN_TOKEN: differs({
    change: { ADMIN_TOKEN: ADMIN },
    see: async ({ service }) => [
      await statusOf(ask(`${service.url}/v1/voice/metrics`)),
      await statusOf(ask(`${service.url}/v1/voice/metrics`, { headers: { authorization: `Bearer ${ADMIN}` } })),
    ],
    shows: [
      [404, 404],
      [401, 200],
    ],
  }),

  RATE_LIMIT_PER_MINUTE: changes({
    given: { RATE_LIMIT_PER_MINUTE: '' },
    change: { RATE_LIMIT_PER_MINUTE: '2' },
    async see({ service }) {
      const answers = await Promise.all(Array.from({ length: 11 }, () => askToken(service.url)))
      return answers.filter(({ status }) => status === 200).length
    },
    shows: [10, 2],
  }),

  RATE_LIMIT_BURST: async t => {
    const [free, bound] = [slowly(100), slowly(100)]
    const stages = [
      await stageFor(t, { RATE_LIMIT_BURST: '3' }, free),
      await stageFor(t, { RATE_LIMIT_BURST: '1' }, bound),
    ]
    for (const { service } of stages) {
      const answers = await Promise.all(Array.from({ length: 6 }, () => askToken(service.url)))
      assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200])
    }
    assert.deepEqual([free.most(), bound.most()], [3, 1])
  },

  RATE_LIMIT_PER_DAY: changes({
    given: { TRUST_PROXY: '1' },
    change: { RATE_LIMIT_PER_DAY: '1' },
    see: ({ service }) => thirdOfTwoClients(service),
    shows: [
      ['ok', 'ok', 'ok'],
      ['ok', 'ok', 'budget_exhausted'],
    ],
  }),

  RATE_LIMIT_GLOBAL_PER_DAY: changes({
    given: { TRUST_PROXY: '1' },
    change: { RATE_LIMIT_GLOBAL_PER_DAY: '1' },
    see: ({ service }) => thirdOfTwoClients(service),
    shows: [
      ['ok', 'ok', 'ok'],
      ['ok', 'budget_exhausted', 'budget_exhausted'],
    ],
  }),

  MAX_IN_FLIGHT: changes({
    // A stand-in of its own, since it is told to hold back.
    given: {},
    change: { MAX_IN_FLIGHT: '1' },
    async see({ service, upstream }) {
      const arrived = Promise.withResolvers<ServerResponse>()
      upstream.behave((_request, response) => arrived.resolve(response))
      const first = askToken(service.url)
      const held = await arrived.promise
      upstream.behave(healthy)
      const second = await typeOf(askToken(service.url))
      send(held, 200, goodSecret())
      return [await typeOf(first), second]
    },
    shows: [
      ['ok', 'ok'],
      ['ok', 'overloaded'],
    ],
  }),

  REDIS_URL: changes({
    // Nobody listens there, and until a store that is set was reached the service is not ready.
    change: { REDIS_URL: 'redis://127.0.0.1:1' },
    see: ({ service }) => statusOf(ask(`${service.url}/readyz`)),
    shows: [200, 503],
  }),

  UPSTREAM_TIMEOUT_MS: changes({
    given: ONCE,
    behaviour: () => slowly(500),
    change: { UPSTREAM_TIMEOUT_MS: '50' },
    see: ({ service }) => typeOf(askToken(service.url, cold())),
    shows: ['ok', 'upstream_timeout'],
  }),

  UPSTREAM_DEADLINE_MS: changes({
    behaviour: () => (_request, response, n) =>
      n === 0
        ? send(response, 500, openAiError('server_error'), { 'retry-after-ms': '600' })
        : send(response, 200, goodSecret()),
    change: { UPSTREAM_DEADLINE_MS: '500' },
    see: ({ service }) => typeOf(askToken(service.url)),
    shows: ['ok', 'upstream_unavailable'],
  }),

  UPSTREAM_MAX_RETRIES: changes({
    behaviour: () => failing,
    change: { UPSTREAM_MAX_RETRIES: '1' },
    async see({ service, upstream }) {
      const before = upstream.received.length
      await askToken(service.url)
      return upstream.received.length - before
    },
    shows: [3, 2],
  }),

  CIRCUIT_FAILURE_THRESHOLD: changes({
    given: ONCE,
    behaviour: () => failing,
    change: { CIRCUIT_FAILURE_THRESHOLD: '1' },
    see: on => typeOf(secondFailure(on)),
    shows: ['upstream_unavailable', 'circuit_open'],
  }),

  CIRCUIT_RESET_SECONDS: changes({
    given: { ...ONCE, CIRCUIT_FAILURE_THRESHOLD: '1' },
    behaviour: () => failing,
    change: { CIRCUIT_RESET_SECONDS: '300' },
    see: async on => Number((await secondFailure(on)).headers.get('retry-after')) > 100,
    shows: [false, true],
  }),

  POOL_ENABLED: changes({
    given: { POOL_ENABLED: '' },
    change: { POOL_ENABLED: 'false' },
    see: async on => (await poolAfterRush(on)).anyWarm,
    shows: [true, false],
  }),

  POOL_MAX_PER_KEY: changes({
    given: { POOL_ENABLED: 'true' },
    change: { POOL_MAX_PER_KEY: '1' },
    see: async on => (await poolAfterRush(on)).severalReady,
    shows: [true, false],
  }),

  POOL_MAX_TOTAL: changes({
    given: { POOL_ENABLED: 'true' },
    change: { POOL_MAX_TOTAL: '1' },
    see: async on => (await poolAfterRush(on)).severalReady,
    shows: [true, false],
  }),

  POOL_MIN_REMAINING_SECONDS: changes({
    // Where a secret must keep half of so short a life, the pool is off.
    given: { POOL_ENABLED: 'true', TOKEN_TTL_SECONDS: '50' },
    change: { POOL_MIN_REMAINING_SECONDS: '1' },
    see: async on => (await poolAfterRush(on)).anyWarm,
    shows: [false, true],
  }),

  POOL_MINTS_PER_MINUTE: changes({
    given: { POOL_ENABLED: 'true' },
    change: { POOL_MINTS_PER_MINUTE: '1' },
    see: async on => (await poolAfterRush(on)).severalMinted,
    shows: [true, false],
  }),

  PORT: async t => {
    const port = await freePort()
    const { service } = await stageFor(t, { PORT: String(port) })
    assert.equal(service.port, port)
    assert.equal(await reachable(`http://127.0.0.1:${port}`), true)
  },

  HOST: changes({
    change: { HOST: '127.0.0.2' },
    see: async ({ service: { port } }) => [
      await reachable(`http://127.0.0.1:${port}`),
      await reachable(`http://127.0.0.2:${port}`),
    ],
    shows: [
      [true, false],
      [false, true],
    ],
  }),

  ...CALL_PROOFS,

  LOG_LEVEL: differs({
    change: { LOG_LEVEL: 'Debug' },
    async see(on) {
      const { answer } = await mint(on)
      const id = answer.headers.get('x-request-id')
      await on.service.logged(line => line.request_id === id && line.msg === 'request')
      return on.service.logs().some(({ level }) => level === 'debug')
    },
    shows: [false, true],
  }),

  LOG_FORMAT: async t => {
    const outputs = await Promise.all(['json', 'pretty'].map(LOG_FORMAT => startOutput(t, { LOG_FORMAT })))
    assert.deepEqual(
      outputs.map(output => isJson(output.split('\n')[0] ?? '')),
      [true, false],
    )
  },

  METRICS_ENABLED: differs({
    change: { METRICS_ENABLED: 'false' },
    see: ({ service }) => statusOf(ask(`${service.url}/metrics`)),
    shows: [200, 404],
  }),

  HEALTH_CHECK_INTERVAL: async t => {
    const seldom = await stageFor(t, { HEALTH_CHECK_INTERVAL: '30' })
    const known = seldom.probes()
    const often = await stageFor(t, { HEALTH_CHECK_INTERVAL: '1' })
    while (often.probes() < 4) await sleep(20)
    assert.ok(seldom.probes() <= Math.max(known, 2), `${seldom.probes()} probes`)
  },

  SHUTDOWN_DELAY_SECONDS: async t => {
    const quick = await stageFor(t, {})
    const patient = await stageFor(t, { SHUTDOWN_DELAY_SECONDS: '3600' })
    patient.service.child.kill('SIGTERM')
    await patient.service.logged(({ msg }) => msg.startsWith('Draining'))
    assert.equal(await quick.service.stop(), 0)
    assert.equal((await sendBytes(patient.service.port, requestText('GET /readyz'))).status, 503)
    assert.equal((await sendBytes(patient.service.port, requestText('POST /v1/realtime/token'))).status, 200)
  },

  SHUTDOWN_GRACE_SECONDS: async t => {
    const held: ServerResponse[] = []
    const abrupt = await stageFor(t, { SHUTDOWN_GRACE_SECONDS: '0' }, () => {})
    const patient = await stageFor(t, { SHUTDOWN_GRACE_SECONDS: '60' }, holding(held))
    const stages = [abrupt, patient]
    const requests = stages.map(({ service }) =>
      askToken(service.url).then(
        ({ status }) => status,
        () => 'cut',
      ),
    )
    for (const { upstream } of stages) while (upstream.received.length === 0) await sleep(10)
    patient.service.child.kill('SIGTERM')
    await patient.service.logged(({ msg }) => msg.startsWith('Draining'))
    assert.equal(await abrupt.service.stop(), 0)
    assert.equal(await requests[0], 'cut')
    for (const response of held) send(response, 200, goodSecret())
    assert.equal(await requests[1], 200)
  },
} satisfies Record<SettingName, Proof>

/** Client 1, then client 2, then client 1 again: what becomes of each. */
async function thirdOfTwoClients({ url }: RunningService): Promise<string[]> {
  const outcomes = []
  for (const address of ['203.0.113.1', '203.0.113.2', '203.0.113.1'])
    outcomes.push(await typeOf(askToken(url, {}, { 'x-forwarded-for': address })))
  return outcomes
}

describe('changing a setting changes what the service does', { concurrency: 3, timeout: 120_000 }, () => {
  for (const [name, proof] of Object.entries(PROOFS) as [SettingName, Proof][]) it(name, proof)

  it('and this is proved for every setting there is', () => {
    assert.deepEqual(Object.keys(PROOFS).sort(), ALL_SETTINGS.map(([name]) => name).sort())
  })
})

describe('the models', () => {
  const endOfLife = ({ headers }: Answered) => [headers.get('deprecation'), headers.get('sunset')]

  it('that have retired are served by their successor, and the reply says which and since when', async () => {
    const { answer, body } = await mint(usual, { model: 'gpt-4o-realtime-preview-2024-12-17' })
    assert.equal(answer.status, 200)
    assert.deepEqual([answer.json.model, body.session.model], ['gpt-realtime-2.1', 'gpt-realtime-2.1'])
    assert.match(answer.json.websocket_url, /model=gpt-realtime-2\.1$/)
    assert.deepEqual(endOfLife(answer), ['@1778112000', 'Thu, 07 May 2026 00:00:00 GMT'])
  })

  it('that are current carry no word of an end', async () => {
    const { answer } = await mint(usual, { model: 'gpt-realtime-2.1' })
    assert.equal(answer.json.model, 'gpt-realtime-2.1')
    assert.deepEqual(endOfLife(answer), [null, null])
  })

  it('that the catalogue lacks are refused, with a list of those there are', async () => {
    const answer = await askToken(usual.service.url, { model: 'gpt-realtime-99' })
    assert.equal(answer.status, 422)
    assert.equal(answer.json.error.details.fields[0].path, 'model')
    assert.match(answer.json.error.details.fields[0].message, /gpt-realtime-2\.1/)
  })

  it('that only ALLOWED_MODELS knows are taken as current', async t => {
    const on = await stageFor(t, { ALLOWED_MODELS: 'gpt-realtime,gpt-realtime-99', REALTIME_MODEL: 'gpt-realtime-99' })
    const { answer, body } = await mint(on)
    assert.equal(answer.status, 200)
    assert.deepEqual([answer.json.model, body.session.model], ['gpt-realtime-99', 'gpt-realtime-99'])
    assert.deepEqual(endOfLife(answer), [null, null])
    const { json } = await ask(`${on.service.url}/v1/realtime/options`)
    const known = json.models.find(({ name }: { name: string }) => name === 'gpt-realtime-99')
    assert.deepEqual([known.state, known.default], ['current', true])
    assert.ok(!on.service.logs().some(({ msg }) => msg.includes('REALTIME_MODEL')))
  })
})

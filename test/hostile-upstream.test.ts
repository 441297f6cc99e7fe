import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { after, before, test } from 'node:test'
import { type Answered, ask, askToken } from './harness/ask.ts'
import { assertFailure, assertNoInsides } from './harness/failures.ts'
import { freePort } from './harness/free-port.ts'
import { BAD_SECRETS, hostilities } from './harness/hostile.ts'
import { API_KEY, type RunningService, startService } from './harness/service.ts'
import {
  type Behaviour,
  goodSecret,
  healthy,
  openAiError,
  send,
  startUpstream,
  type Upstream,
} from './harness/upstream.ts'

let upstream: Upstream
let patient: RunningService
/** Gives OpenAI 800 ms. */
let impatient: RunningService
/** Speaks the beta form. */
let beta: RunningService

before(async () => {
  upstream = await startUpstream()
  const common = { OPENAI_BASE_URL: upstream.baseUrl, UPSTREAM_MAX_RETRIES: '0', POOL_ENABLED: 'false' }
  ;[patient, impatient, beta] = await Promise.all([
    startService(common),
    startService({ ...common, UPSTREAM_TIMEOUT_MS: '800' }),
    startService({ ...common, OPENAI_REALTIME_API: 'beta' }),
  ])
})

after(async () => {
  await Promise.all([patient, impatient, beta].map(service => service.stop()))
  await upstream.close()
})

async function tokenWhile(behaviour: Behaviour, service = patient): Promise<Answered> {
  upstream.behave(behaviour)
  return askToken(service.url)
}

const replying =
  (text: string, status = 200): Behaviour =>
  (_request, response) =>
    send(response, status, text)

/** The service took no harm: it is healthy, and its next answer is whole. */
async function assertUnharmed(service = patient): Promise<void> {
  const { status, json } = await ask(`${service.url}/healthz`)
  assert.deepEqual([status, json.status], [200, 'healthy'])
  assertWhole(await tokenWhile(service === beta ? betaHealthy : healthy, service))
}

const REPLY_FIELDS = ['client_secret', 'expires_at', 'expires_in', 'instructions', 'model', 'report_key', 'session_id']

function assertWhole(answer: Answered): void {
  assert.equal(answer.status, 200, answer.text)
  assert.deepEqual(Object.keys(answer.json).sort(), [...REPLY_FIELDS, 'voice', 'web_rtc_url', 'websocket_url'])
  for (const name of ['client_secret', 'session_id', 'model', 'voice', 'instructions', 'report_key', 'web_rtc_url'])
    assert.ok(typeof answer.json[name] === 'string' && answer.json[name] !== '', name)
  assert.ok(Number.isInteger(answer.json.expires_at))
  assert.ok(answer.json.expires_in >= 0 && answer.json.expires_in <= 600)
  assertNoInsides(answer)
}

test('an answer without a usable secret and a sane expiry is upstream_invalid, and harms nothing', async t => {
  for (const [name, text] of Object.entries(BAD_SECRETS))
    await t.test(name, async () => assertFailure(await tokenWhile(replying(text())), 502, 'upstream_invalid'))
  await assertUnharmed()
})

test('a secret that holds our own key is never passed on', async () => {
  for (const value of [API_KEY, `ek_${API_KEY}`, `${API_KEY}_x`])
    assertFailure(await tokenWhile(replying(JSON.stringify(goodSecret({ value })))), 502, 'upstream_invalid')
})

test('every broken answer becomes the promised error, and the next request is served', async t => {
  for (const { name, behave, status, type, slow } of hostilities())
    await t.test(name, async () => {
      const service = slow ? impatient : patient
      assertFailure(await tokenWhile(behave, service), status, type)
      await assertUnharmed(service)
    })
})

test('a server that cannot be reached at all is upstream_unavailable', async () => {
  const nowhere = `http://127.0.0.1:${await freePort()}/v1`
  const settings = { OPENAI_BASE_URL: nowhere, UPSTREAM_MAX_RETRIES: '0', POOL_ENABLED: 'false' }
  const alone = await startService(settings)
  try {
    assertFailure(await askToken(alone.url), 502, 'upstream_unavailable')
    const { status, json } = await ask(`${alone.url}/healthz`)
    assert.deepEqual([status, json.status, json.openai_status], [200, 'healthy', 'disconnected'])
  } finally {
    await alone.stop()
  }
})

test('a redirect is never followed, to another server or to the same', async () => {
  let visits = 0
  const elsewhere = createServer(socket => {
    visits++
    socket.destroy()
  }).listen(0, '127.0.0.1')
  await once(elsewhere, 'listening')
  const away = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/v1/realtime/client_secrets`
  const start = upstream.received.length
  for (const status of [301, 302, 303, 307, 308])
    for (const location of [away, '/v1/realtime/client_secrets']) {
      const redirect: Behaviour = (_request, response) => send(response, status, '', { location })
      assertFailure(await tokenWhile(redirect), 502, 'upstream_invalid')
    }
  assert.deepEqual([upstream.received.length - start, visits], [10, 0])
  elsewhere.close()
  await assertUnharmed()
})

test('an unasked 100 Continue or change of protocol is a 502, and harms nothing', async () => {
  const switching = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'
  for (const bytes of [switching, 'HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 199 Odd\r\n\r\n']) {
    const answer = await tokenWhile((_request, response) => void response.socket?.end(bytes))
    assertFailure(answer, 502, answer.json.error.type)
    assert.match(answer.json.error.type, /^upstream_(invalid|unavailable)$/)
    await assertUnharmed()
  }
})

const split: Behaviour = async (_request, response) => {
  response.writeHead(200)
  for (const character of JSON.stringify(goodSecret())) response.write(character)
  response.end()
}

const ODD_BUT_RIGHT: Record<string, Behaviour> = {
  'no session': (_request, response) => send(response, 200, goodSecret({ session: undefined })),
  'session null': (_request, response) => send(response, 200, goodSecret({ session: null })),
  'a session id that is no text': (_request, response) => send(response, 200, goodSecret({ session: { id: 5 } })),
  'an empty session id': (_request, response) => send(response, 200, goodSecret({ session: { id: '' } })),
  'a session id with line breaks': (_request, response) =>
    send(response, 200, goodSecret({ session: { id: 'a\r\nb' } })),
  'a session id of 100,000 characters': (_request, response) =>
    send(response, 200, goodSecret({ session: { id: 'x'.repeat(100_000) } })),
  'fields nobody knows': (_request, response) => send(response, 200, goodSecret({ surprise: { a: [1] }, model: 5 })),
  'a fractional expiry': (_request, response) =>
    send(response, 200, goodSecret({ expires_at: Date.now() / 1000 + 600 })),
  'no content type': (_request, response) => void response.writeHead(200).end(JSON.stringify(goodSecret())),
  'a body a byte at a time': split,
  '900 KiB of white space': (_request, response) =>
    send(response, 200, JSON.stringify(goodSecret()).padEnd(900 * 1024)),
  '102 and 103 first': (_request, response) => {
    response.writeProcessing()
    response.writeEarlyHints({ link: '</a>; rel=preload' })
    send(response, 200, goodSecret())
  },
}

test('an answer that is odd but holds a secret is believed as far as it goes', async t => {
  for (const [name, behave] of Object.entries(ODD_BUT_RIGHT))
    await t.test(name, async () => {
      const answer = await tokenWhile(behave)
      assertWhole(answer)
      assert.match(answer.json.session_id, /^[\w.:[\]-]{1,128}$/)
    })
})

test('a second answer that nobody asked for is never given to the next caller', async () => {
  const stale = JSON.stringify(goodSecret({ value: 'ek_stale_0123456789' }))
  const message = (body: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  const twice: Behaviour = (_request, response) =>
    void response.socket?.write(message(JSON.stringify(goodSecret())) + message(stale))
  for (let i = 0; i < 5; i++) {
    const first = await tokenWhile(twice)
    assertWhole(first)
    const second = await tokenWhile(healthy)
    assertWhole(second)
    assert.doesNotMatch(first.text + second.text, /ek_stale/)
  }
})

test('OpenAI in trouble harms no request that does without it', async () => {
  upstream.behave(() => {})
  const stuck = Array.from({ length: 20 }, () => askToken(impatient.url))
  assert.equal((await ask(`${impatient.url}/healthz`)).status, 200)
  assert.equal((await ask(`${impatient.url}/v1/realtime/options`)).status, 200)
  for (const answer of await Promise.all(stuck)) assertFailure(answer, 504, 'upstream_timeout')
  await assertUnharmed(impatient)
})

const betaAnswer = (clientSecret: unknown, changes: object = {}) => ({
  id: 'sess_beta',
  object: 'realtime.session',
  expires_at: Math.floor(Date.now() / 1000) + 600,
  client_secret: clientSecret,
  ...changes,
})

const betaObject = (changes: object = {}) => ({
  value: 'ek_beta_0123456789',
  expires_at: Math.floor(Date.now() / 1000) + 60,
  ...changes,
})

const betaHealthy: Behaviour = (_request, response) => send(response, 200, betaAnswer(betaObject()))

test("the beta form's secret may be a string or an object with its own expiry", async () => {
  const plainText = betaAnswer('ek_plain_0123456789')
  const first = await tokenWhile((_request, response) => send(response, 200, plainText), beta)
  assertWhole(first)
  const { client_secret, expires_at, session_id } = first.json
  assert.deepEqual([client_secret, expires_at, session_id], ['ek_plain_0123456789', plainText.expires_at, 'sess_beta'])

  const object = betaObject()
  const second = await tokenWhile((_request, response) => send(response, 200, betaAnswer(object)), beta)
  assertWhole(second)
  assert.deepEqual([second.json.client_secret, second.json.expires_at], [object.value, object.expires_at])
})

test("a beta answer whose secret is neither is upstream_invalid, and so is today's form", async () => {
  const garbage = [
    betaAnswer(undefined),
    betaAnswer(null),
    betaAnswer(5),
    betaAnswer(true),
    betaAnswer(''),
    betaAnswer([]),
    betaAnswer({}),
    betaAnswer(['ek_listed_0123456789']),
    betaAnswer('ek_with\nbreak'),
    betaAnswer('ek_no_expiry_0123456789', { expires_at: undefined }),
    betaAnswer('ek_bad_expiry_0123456789', { expires_at: '1' }),
    betaAnswer('ek_zero_expiry_0123456789', { expires_at: 0 }),
    betaAnswer(betaObject({ value: undefined })),
    betaAnswer(betaObject({ value: 5 })),
    betaAnswer(betaObject({ expires_at: undefined })),
    betaAnswer(betaObject({ expires_at: '1' })),
    betaAnswer(betaObject({ value: { value: 'ek_deep_0123456789' } })),
    betaAnswer(API_KEY),
    goodSecret(),
    null,
  ]
  for (const body of garbage) {
    const answer = await tokenWhile(replying(JSON.stringify(body)), beta)
    assertFailure(answer, 502, 'upstream_invalid')
  }
  await assertUnharmed(beta)
})

test('where OpenAI has removed the beta form, its 404 is upstream_invalid', async () => {
  const gone = openAiError(null, 'invalid_request_error', 'Invalid URL (POST /v1/realtime/sessions)')
  assertFailure(await tokenWhile((_request, response) => send(response, 404, gone), beta), 502, 'upstream_invalid')
})

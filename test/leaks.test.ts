import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { suite, test } from 'node:test'
import { type Answered, ask, askToken } from './harness/ask.ts'
import { BAD_SECRETS, headerSafe, hostilities, type Poison } from './harness/hostile.ts'
import { leaksIn, type Printing, shown, startPrinting } from './harness/leaks.ts'
import { requestText, sendBytes } from './harness/raw-http.ts'
import { API_KEY } from './harness/service.ts'
import {
  type Behaviour,
  goodSecret,
  healthy,
  type Received,
  send,
  startUpstream,
  type Upstream,
} from './harness/upstream.ts'

const ADMIN_TOKEN = 'admin-token-that-must-not-leak'
const JWT_SECRET = 'jwt-secret-that-must-not-leak-0123456789'
const JWT = jwt({ iss: 'https://issuer.test/', aud: 'parker', sub: 'fan-1', exp: Math.floor(Date.now() / 1000) + 3600 })
const WRONG_JWT = jwt({ iss: 'https://issuer.test/', aud: 'another', sub: 'fan-2', exp: 1 })

/** Words found nowhere else, long and short, alone on a line and within one. */
const INSTRUCTIONS = 'Speak of nothing but wombatry and quokkahood, always.\nnumbat\n"bilby"\nTopSecretPersona'
const INSTRUCTION_WORDS = ['wombatry', 'quokkahood', 'numbat', 'bilby', 'TopSecretPersona']
const CONTEXT = 'Echidna 7, Platypus 3\n<b>dingo</b>'
const CONTEXT_WORDS = ['Echidna', 'Platypus', 'dingo']
const BODY = { instructions: INSTRUCTIONS, context: CONTEXT }

const ADDRESSES = ['203.0.113.77', '2001:db8:1234:5678:9abc::1']
const ADDRESS_PARTS = ['203.0.113', '2001:db8', '2001:0db8', '5678:9abc']

/** What must be seen nowhere. */
const CONFIDENTIAL: Record<string, string[]> = {
  'the API key': [API_KEY, API_KEY.slice(8, 30), Buffer.from(API_KEY).toString('base64').slice(0, 24)],
  'the operator token': [ADMIN_TOKEN],
  'the JWT secret': [JWT_SECRET],
  'a JWT': [JWT, WRONG_JWT, ...[JWT, WRONG_JWT].flatMap(token => token.split('.').slice(1))],
  'the instructions': INSTRUCTION_WORDS,
  'the context': CONTEXT_WORDS,
  'an address': ADDRESS_PARTS,
}

function jwt(claims: object): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const signed = `${encode({ alg: 'HS256' })}.${encode(claims)}`
  return `${signed}.${createHmac('sha256', JWT_SECRET).update(signed).digest('base64url')}`
}

/** Everything that a careless upstream could quote, and a stack. */
const poison: Poison = request => {
  const { authorization = '' } = request.headers
  const told = JSON.stringify(request.headers)
  return `${authorization} ${told} ${request.body} ${plain(request)}\nTypeError: boom\n    at mint (/srv/openai/mint.js:1:1)`
}

/** The strings of a body as they are, without JSON's escapes. */
function plain({ body }: Received): string {
  const texts: string[] = []
  JSON.parse(body, (_key, value) => {
    if (typeof value === 'string') texts.push(value)
    return value
  })
  return texts.join(' ')
}

/** What a caller sends along, from one address or another. */
function headersOf(n: number): Record<string, string> {
  return { authorization: `Bearer ${JWT}`, 'x-forwarded-for': ADDRESSES[n % ADDRESSES.length] ?? '' }
}

const REFUSED = [400, 401, 402, 403, 404, 408, 409, 422, 429, 500, 502, 503, 504]

/** Refusals that quote the request wherever they can: in words, in names, in headers, in the status line. */
const QUOTING: Record<string, (status: number) => Behaviour> = {
  'the message': status => (request, response) =>
    send(response, status, { error: { message: poison(request), type: 'odd', code: null, param: null } }),
  'one part after the other': status => (request, response, n) =>
    send(response, status, {
      error: { message: slices(poison(request))[n % 40], type: 'odd', code: null, param: null },
    }),
  'the key as an identifier': status => (_request, response) =>
    send(
      response,
      status,
      { error: { message: API_KEY, type: API_KEY, code: API_KEY, param: API_KEY } },
      everywhere(API_KEY),
    ),
  'the instructions as an identifier': status => (_request, response) =>
    send(
      response,
      status,
      { error: { message: 'x', type: 'numbat', code: 'TopSecretPersona', param: 'wombatry' } },
      everywhere('bilby'),
    ),
  'the headers': status => (request, response) => send(response, status, {}, everywhere(headerSafe(poison(request)))),
  'the status line': status => (request, response) =>
    void response.writeHead(status, headerSafe(poison(request)).slice(0, 1000)).end('{}'),
}

function slices(text: string): string[] {
  return Array.from({ length: 40 }, (_, i) => text.slice((i * text.length) / 40, ((i + 4) * text.length) / 40))
}

function everywhere(value: string): Record<string, string> {
  const names = [
    'x-request-id',
    'location',
    'retry-after',
    'retry-after-ms',
    'x-should-retry',
    'openai-organization',
    'set-cookie',
  ]
  return Object.fromEntries([...names, 'www-authenticate', 'server'].map(name => [name, value]))
}

/** Mints that put what is confidential where an identifier belongs. */
const MINTS: Behaviour[] = [
  (_request, response) => send(response, 200, mint({ session: { id: API_KEY } }), { 'x-request-id': API_KEY }),
  (_request, response) => send(response, 200, mint({ session: { id: `sess_${API_KEY}` } })),
  (_request, response) => {
    const secret = mint()
    send(response, 200, { ...secret, session: { id: secret.value } }, { 'x-request-id': String(secret.value) })
  },
  (_request, response) =>
    send(response, 200, mint({ session: { id: 'TopSecretPersona' } }), { 'x-request-id': 'TopSecretPersona' }),
  (request, response) =>
    send(response, 200, mint({ session: { id: poison(request) } }), everywhere(headerSafe(poison(request)))),
  (request, response) => send(response, 200, mint({ value: `${request.headers.authorization}` })),
  (request, response) => send(response, 200, mint({ value: poison(request), expires_at: poison(request) })),
]

let minted: Set<string>

function mint(changes: Record<string, unknown> = {}): Record<string, unknown> {
  const secret = goodSecret(changes)
  minted.add(String(secret.value))
  return secret
}

const minting: Behaviour = (_request, response) => send(response, 200, mint())

/** Every way in which OpenAI can answer badly. */
function allBadAnswers(): Behaviour[] {
  const nonsense = Object.values(BAD_SECRETS).map(
    (text): Behaviour =>
      (_request, response) =>
        send(response, 200, text()),
  )
  const quoting = Object.values(QUOTING).flatMap(quote => REFUSED.map(quote))
  const slices: Behaviour[] = Array.from({ length: 40 }, () => QUOTING['one part after the other']?.(400) ?? healthy)
  return [...hostilities(poison).map(({ behave }) => behave), ...nonsense, ...quoting, ...slices, ...MINTS]
}

/** Every refusal of our own, by callers who put their secrets where they do not belong. */
async function ownRefusals({ url, port }: Printing): Promise<Answered[]> {
  const token = (body: unknown, headers: Record<string, string> = {}) =>
    askToken(url, body, { ...headersOf(0), ...headers })
  const wrong = [WRONG_JWT, `${JWT}x`, 'garbage', ADMIN_TOKEN.slice(0, -1), JWT_SECRET]
  const line = `Authorization: Bearer ${JWT}`
  return Promise.all([
    ...wrong.map(one => token(BODY, { authorization: `Bearer ${one}` })),
    ...wrong.map(one =>
      ask(`${url}/v1/voice/metrics`, { headers: { ...headersOf(1), authorization: `Bearer ${one}` } }),
    ),
    ask(`${url}/v1/voice/metrics`, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } }),
    token({ ...BODY, voice: 'robot' }),
    token({ ...BODY, unknown: INSTRUCTIONS, model: INSTRUCTIONS, sport: CONTEXT }),
    token({ ...BODY, instructions: INSTRUCTIONS.repeat(200) }),
    token({ ...BODY, context: CONTEXT.repeat(100), difficulty: JWT }),
    token(`{"instructions":${JSON.stringify(INSTRUCTIONS)},`),
    token({ ...BODY, padding: 'x'.repeat(70_000) }),
    token(INSTRUCTIONS, { 'content-type': 'text/plain' }),
    token(BODY, { origin: 'https://malicious-site.com', referer: `https://malicious-site.com/?jwt=${JWT}` }),
    token(BODY, { referer: `https://malicious-site.com/?jwt=${JWT}` }),
    ask(`${url}/v1/realtime/token?jwt=${JWT}&key=${ADMIN_TOKEN}`, { headers: headersOf(1) }),
    ask(`${url}/nowhere?instructions=${encodeURIComponent(INSTRUCTIONS)}`, { headers: headersOf(0) }),
    sendBytes(port, `POST /v1/realtime/token HTTP/1.1\r\n${line}\r\nbad header\r\n\r\n`),
    sendBytes(port, requestText('GET /', [line, `X-Long: ${'x'.repeat(20_000)}`])),
    sendBytes(port, requestText('POST /v1/realtime/token', [line, 'Expect: miracles'], JSON.stringify(BODY))),
  ])
}

/** Callers that leave while OpenAI thinks. */
async function hangUps({ url }: Printing, upstream: Upstream): Promise<void> {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<() => void>()
  upstream.behave((request, response) => arrive(() => send(response, 200, mint({ session: { id: poison(request) } }))))
  const leave = new AbortController()
  const init = {
    method: 'POST',
    headers: { ...headersOf(0), 'content-type': 'application/json' },
    signal: leave.signal,
  }
  const gone = fetch(`${url}/v1/realtime/token`, { ...init, body: JSON.stringify(BODY) })
  const answer = await arrived
  leave.abort()
  await assert.rejects(gone)
  answer()
}

/** What an answer must not hold: a 200 may hold its own secret, and what its caller sent. */
function confidentialFor({ status, json }: Answered): Record<string, string[]> {
  const secrets = [...minted].filter(secret => secret !== json?.client_secret)
  const everything = { ...CONFIDENTIAL, 'a secret': secrets }
  return status === 200 ? { ...everything, 'the instructions': [], 'the context': [] } : everything
}

const SETTINGS = {
  ADMIN_TOKEN,
  AUTH_JWT_SECRET: JWT_SECRET,
  AUTH_ISSUER: 'https://issuer.test/',
  AUTH_AUDIENCE: 'parker',
  TRUST_PROXY: '1',
  UPSTREAM_MAX_RETRIES: '0',
  UPSTREAM_TIMEOUT_MS: '300',
  SHUTDOWN_GRACE_SECONDS: '1',
}

const LOGS: Record<string, Record<string, string>> = {
  'a JSON log at its finest level': { LOG_LEVEL: 'trace' },
  'a pretty log at its finest level': { LOG_LEVEL: 'trace', LOG_FORMAT: 'pretty' },
  'the log as it is by default, with warm secrets': { POOL_ENABLED: 'true' },
  'the beta form': { LOG_LEVEL: 'trace', OPENAI_REALTIME_API: 'beta' },
}

suite('whatever happens, nothing confidential is seen in an answer or in the log', { concurrency: 4 }, () => {
  minted = new Set()
  for (const [name, settings] of Object.entries(LOGS))
    test(name, async t => {
      const upstream = await startUpstream(minting)
      t.after(() => upstream.close())
      const service = await startPrinting(t, { ...SETTINGS, OPENAI_BASE_URL: upstream.baseUrl, ...settings })
      const answers: Answered[] = []
      for (const [n, behave] of [minting, ...allBadAnswers()].entries()) {
        upstream.behave(behave)
        answers.push(await askToken(service.url, BODY, headersOf(n)))
      }
      upstream.behave(minting)
      answers.push(...(await ownRefusals(service)))
      await hangUps(service, upstream)
      const output = await service.end()
      assert.ok(output.includes('upstream_rejected') && answers.length > 200, 'the tour has been made')
      const inLog = leaksIn('the log', output.split('\n'), { ...CONFIDENTIAL, 'a secret': [...minted] })
      const inAnswers = answers.flatMap(answer => leaksIn('an answer', [shown(answer)], confidentialFor(answer)))
      assert.deepEqual([...inLog, ...inAnswers], [])
    })
})

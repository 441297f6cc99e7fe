import { Buffer } from 'node:buffer'
import { gzipSync } from 'node:zlib'
import type { ErrorType } from '../../packages/server/src/errors.ts'
import type { Received } from './upstream.ts'
import { type Behaviour, goodSecret, openAiError, send } from './upstream.ts'

/** One way in which OpenAI's answer can be wrong, and what the caller is promised then. */
export interface Hostility {
  name: string
  behave: Behaviour
  status: number
  type: ErrorType
  /** Ends only by the time-out. */
  slow?: true
}

/** Text that a hostile upstream works into its answer, made from the request it got. */
export type Poison = (request: Received) => string

const NONE: Poison = () => 'Something is wrong.'

const MINUTE = 60
const nowSeconds = () => Math.floor(Date.now() / 1000)

const INVALID = { status: 502, type: 'upstream_invalid' } as const
const UNAVAILABLE = { status: 502, type: 'upstream_unavailable' } as const
const TIMEOUT = { status: 504, type: 'upstream_timeout', slow: true } as const

/** Answers 200 whose fields are not what they should be. JSON text, since not all of it can be written as an object. */
export const BAD_SECRETS: Record<string, () => string> = {
  'no value': () => json({ value: undefined }),
  'value null': () => json({ value: null }),
  'value a number': () => json({ value: 5 }),
  'value true': () => json({ value: true }),
  'value an object': () => json({ value: { value: 'ek_nested_0123456789' } }),
  'value an array': () => json({ value: ['ek_listed_0123456789'] }),
  'value empty': () => json({ value: '' }),
  'value blank': () => json({ value: ' ' }),
  'value with a space': () => json({ value: 'ek_one two_0123456789' }),
  'value with a line break': () => json({ value: 'ek_one\r\nX-Evil: 1' }),
  'value with a NUL': () => json({ value: 'ek_one\u0000two' }),
  'value with an escape sequence': () => json({ value: 'ek_\u001b[31mred' }),
  'value beyond ASCII': () => json({ value: 'ek_Ωmega_0123456789' }),
  'value with half a surrogate pair': () => json({ value: 'ek_\ud800_0123456789' }),
  'value of 100,000 characters': () => json({ value: `ek_${'x'.repeat(100_000)}` }),
  'no expires_at': () => json({ expires_at: undefined }),
  'expires_at null': () => json({ expires_at: null }),
  'expires_at 0': () => json({ expires_at: 0 }),
  'expires_at negative': () => json({ expires_at: -1 }),
  'expires_at a string': () => json({ expires_at: String(nowSeconds() + 10 * MINUTE) }),
  'expires_at true': () => json({ expires_at: true }),
  'expires_at an object': () => json({ expires_at: { seconds: nowSeconds() } }),
  'expires_at infinite': () => json({ expires_at: 'INFINITY' }).replace('"INFINITY"', '1e400'),
  'expires_at minus infinite': () => json({ expires_at: 'INFINITY' }).replace('"INFINITY"', '-1e400'),
  'expires_at in milliseconds': () => json({ expires_at: Date.now() + 600_000 }),
  'expires_at in a century': () => json({ expires_at: nowSeconds() + 3_155_760_000 }),
  'expires_at long ago': () => json({ expires_at: nowSeconds() - 86_400 }),
  'nothing but null': () => 'null',
  'an array': () => `[${json()}]`,
  'a string': () => JSON.stringify(json()),
  'a number': () => '42',
  'an empty object': () => '{}',
  'an empty body': () => '',
  'half of it': () => json().slice(0, 60),
  'two of them': () => json() + json(),
  HTML: () => '<!doctype html><title>502 Bad Gateway</title>',
  'the beta form': () => {
    const { value, expires_at } = goodSecret()
    return JSON.stringify({ client_secret: { value, expires_at } })
  },
  'hidden in a prototype': () => `{"__proto__":${json()}}`,
}

const json = (changes: Record<string, unknown> = {}) => JSON.stringify(goodSecret(changes))

/** Statuses that are neither a success nor in the table of refusals. */
const ODD_STATUSES = [206, 300, 301, 302, 303, 304, 305, 307, 308, 405, 410, 418, 451, 499, 600, 799]

/** Everything but wrong fields: odd statuses, broken messages, and time. `poison` is worked in wherever text can stand. */
export function hostilities(poison: Poison = NONE): Hostility[] {
  return [...oddStatuses(poison), ...oddRefusals(poison), ...brokenMessages(poison), ...oddBodies(poison), ...SLOW]
}

/** Statuses that are neither a success nor in the table of refusals. */
function oddStatuses(poison: Poison): Hostility[] {
  const refuse =
    (status: number): Behaviour =>
    (request, response) =>
      send(response, status, status === 304 ? '' : openAiError('odd', 'odd_error', poison(request)))
  return [
    ...ODD_STATUSES.map(code => ({ name: `status ${code}`, behave: refuse(code), ...INVALID })),
    { name: 'status 204', behave: (_request, response) => void response.writeHead(204).end(), ...INVALID },
    { name: 'status 201 and no secret', behave: refuse(201), ...INVALID },
    { name: 'status 299 and no secret', behave: refuse(299), ...INVALID },
  ]
}

/** Refusals that are meant, in words that make no sense. */
function oddRefusals(poison: Poison): Hostility[] {
  const refuse =
    (status: number, body: (text: string) => unknown): Behaviour =>
    (request, response) =>
      send(response, status, body(poison(request)))
  const rejected = { status: 400, type: 'upstream_rejected' } as const
  return [
    { name: 'a refusal in HTML', behave: refuse(400, text => `<p>${text}`), ...rejected },
    { name: 'a refusal whose error is text', behave: refuse(400, error => ({ error })), ...rejected },
    {
      name: 'a refusal whose parts are objects',
      behave: refuse(401, text => ({ error: { code: { text }, type: [text], message: { text }, param: 5 } })),
      status: 500,
      type: 'upstream_auth_failed',
    },
    { name: 'a refusal that is null', behave: refuse(429, () => 'null'), status: 429, type: 'upstream_rate_limited' },
    { name: 'a refusal that is empty', behave: refuse(500, () => ''), ...UNAVAILABLE },
  ]
}

/** What is no HTTP, or stops being it. */
function brokenMessages(poison: Poison): Hostility[] {
  const bytes =
    (text: (request: Received) => string | Buffer): Behaviour =>
    (request, response) =>
      void response.socket?.end(text(request))
  const head = (request: Received, ...lines: string[]) =>
    ['HTTP/1.1 200 OK', `X-Poison: ${headerSafe(poison(request))}`, ...lines, '', ''].join('\r\n')
  const then = (line: string, body: string | ((request: Received) => string)) =>
    bytes(request => head(request, line) + (typeof body === 'string' ? body : body(request)))
  const poisonedValue = (request: Received) => JSON.stringify({ value: poison(request) }).slice(0, -2)
  const manyHeaders = Array.from({ length: 5000 }, (_, i) => `X-${i}: ${i}`)

  return [
    {
      name: 'the end instead of an answer',
      behave: (_request, response) => void response.socket?.destroy(),
      ...UNAVAILABLE,
    },
    { name: 'cut within the status line', behave: bytes(() => 'HTTP/1.1 20'), ...UNAVAILABLE },
    { name: 'cut within the head', behave: bytes(request => head(request).slice(0, -4)), ...UNAVAILABLE },
    { name: 'cut within the body', behave: then('Content-Length: 99999', poisonedValue), ...UNAVAILABLE },
    { name: 'cut within a chunk', behave: then('Transfer-Encoding: chunked', 'ff\r\n{"value":'), ...UNAVAILABLE },
    { name: 'a length too short', behave: then('Content-Length: 20', () => json()), ...INVALID },
    { name: 'a negative length', behave: then('Content-Length: -1', () => json()), ...INVALID },
    { name: 'a chunk without a size', behave: then('Transfer-Encoding: chunked', 'zz\r\n{}'), ...INVALID },
    { name: 'no HTTP at all', behave: bytes(request => `SSH-2.0-OpenSSH_9.6\r\n${poison(request)}\r\n`), ...INVALID },
    { name: 'random bytes', behave: bytes(() => Buffer.from('00ff10807f0a0d0a16030100', 'hex')), ...INVALID },
    { name: 'a status that is no number', behave: bytes(() => 'HTTP/1.1 two hundred\r\n\r\n'), ...INVALID },
    { name: 'a header of 200 KiB', behave: then(`X-Long: ${'x'.repeat(200_000)}`, () => json()), ...INVALID },
    { name: '5,000 headers', behave: bytes(request => head(request, ...manyHeaders)), ...INVALID },
  ]
}

/** Whole messages with bodies that no one should read. */
function oddBodies(poison: Poison): Hostility[] {
  const body =
    (text: (request: Received) => string | Buffer, headers: Record<string, string> = {}): Behaviour =>
    (request, response) =>
      void response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(text(request))
  return [
    { name: 'a gzip body', behave: body(() => gzipSync(json()), { 'content-encoding': 'gzip' }), ...INVALID },
    { name: 'text', behave: body(poison, { 'content-type': 'text/plain' }), ...INVALID },
    {
      name: 'a value made of the request',
      behave: body(request => json({ value: `${poison(request)}\n` })),
      ...INVALID,
    },
    { name: 'a body that is not UTF-8', behave: body(() => Buffer.from('{"value":"\xff"}', 'latin1')), ...INVALID },
    { name: 'an endless body', behave: endlessBody(200), ...INVALID },
    { name: 'an endless error', behave: endlessBody(500), status: 502, type: 'upstream_unavailable' },
    { name: 'a body of 2 MiB', behave: body(() => json().padEnd(2 * 1_048_576)), ...INVALID },
    { name: 'JSON 100,000 deep', behave: body(() => '['.repeat(100_000) + ']'.repeat(100_000)), ...INVALID },
  ]
}

/** Sends until the other side has had enough. */
function endlessBody(status: number): Behaviour {
  return (_request, response) => {
    const more = () => {
      while (!response.destroyed && response.write(' '.repeat(65_536)));
    }
    response.writeHead(status, { 'content-type': 'application/json' })
    response.on('drain', more)
    more()
  }
}

/** A correct answer at a byte in 50 ms: long past any time-out. */
const dripping: Behaviour = (_request, response) => {
  const text = json()
  let sent = 0
  response.writeHead(200, { 'content-type': 'application/json' })
  const timer = setInterval(() => response.write(text[sent++ % text.length]), 50)
  response.on('close', () => clearInterval(timer))
}

const HINTS = { link: '</a>; rel=preload' }

/** What takes for ever. */
const SLOW: Hostility[] = [
  { name: 'nothing at all', behave: () => {}, ...TIMEOUT },
  { name: 'a head and no body', behave: (_request, response) => response.writeHead(200).flushHeaders(), ...TIMEOUT },
  { name: 'a body that drips', behave: dripping, ...TIMEOUT },
  { name: 'early hints and no answer', behave: (_request, response) => response.writeEarlyHints(HINTS), ...TIMEOUT },
]

/** As much of a text as a header value can hold. */
export function headerSafe(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '_').slice(0, 4000)
}

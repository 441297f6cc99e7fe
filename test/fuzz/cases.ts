import {
  ALLOWED,
  body,
  contentEncoding,
  contentType,
  type Header,
  headers,
  method,
  path,
  TOKEN_PATH,
  text,
} from './ingredients.ts'
import { type Chance, chanceOf } from './random.ts'

/** One thing that a client does on a connection of its own. */
export interface Case {
  index: number
  /** What is sent, in the pieces in which it is written. */
  pieces: readonly Buffer[]
  /**
   * Waits for its answer; waits until the service closes; closes its own side and listens on; or breaks the connection
   * at once. Only one that waits is sure of an answer: to a client that has closed its side the service need not speak.
   */
  ending: 'answer' | 'closed' | 'half-close' | 'cut'
  /** What was meant, where the bytes are one whole request, and one that waits. */
  request: Sent | undefined
}

export interface Sent {
  method: string
  path: string
  headers: readonly Header[]
  body: Buffer
}

/** Case `index` of the run with this seed. */
export function caseOf(seed: number, index: number): Case {
  const chance = chanceOf(seed, index)
  const kind = chance.number()
  if (kind < 0.02) return preflight(chance, index)
  if (kind < 0.8) return whole(chance, index)
  if (kind < 0.85) return { index, pieces: pieces(chance, pipelined(chance)), ending: 'closed', request: undefined }
  const broken = kind < 0.93 ? misframed(chance) : kind < 0.97 ? damaged(chance) : chance.bytes(1 + chance.below(400))
  return { index, pieces: pieces(chance, broken), ending: chance.often(0.1) ? 'cut' : 'half-close', request: undefined }
}

/** What a browser asks before it lets a page ask. */
function preflight(chance: Chance, index: number): Case {
  const origin = chance.often(0.7) ? ALLOWED : 'https://evil.example'
  const headers: Header[] = [
    ['Host', 'parker.test'],
    ['Origin', origin],
    ['Access-Control-Request-Method', chance.pick(['POST', 'GET', 'PUT'])],
    ['Access-Control-Request-Headers', 'content-type'],
  ]
  const sent = { method: 'OPTIONS', path: path(chance), headers, body: Buffer.alloc(0) }
  return { index, pieces: [withLength(sent)], ending: 'answer', request: sent }
}

/** A request whose framing is right, whatever else is wrong with it. */
function whole(chance: Chance, index: number): Case {
  const impatient = chance.often(0.06)
  const sent = impatient ? amongOthers(chance) : request(chance)
  const bytes = chance.often(0.15) && sent.body.length > 0 ? chunked(chance, sent) : withLength(sent)
  const ending = impatient ? chance.pick(['half-close', 'cut'] as const) : 'answer'
  return { index, pieces: pieces(chance, bytes), ending, request: impatient ? undefined : sent }
}

function request(chance: Chance): Sent {
  return requestBy(method(chance), chance)
}

/**
 * One of several on a connection, or one that is broken later: no HEAD, whose answer tells of a body that does not
 * come, and nothing that wants to upgrade, after which Node reads no further request that was sent ahead.
 */
function amongOthers(chance: Chance): Sent {
  const made = requestBy(chance.pick(['POST', 'POST', 'GET', 'GET', 'OPTIONS', 'DELETE']), chance)
  return { ...made, headers: made.headers.filter(([name]) => name !== 'Upgrade') }
}

function requestBy(verb: string, chance: Chance): Sent {
  const withBody = verb === 'POST' ? chance.often(0.9) : chance.often(0.05)
  const own = headers(chance)
  const content = withBody ? body(chance) : Buffer.alloc(0)
  if (withBody && chance.often(0.95)) own.push(['Content-Type', contentType(chance)])
  if (withBody && chance.often(0.03)) own.push(['Content-Encoding', contentEncoding(chance)])
  if (chance.often(0.97))
    own.unshift(['Host', chance.pick(['127.0.0.1', 'parker.test:8000', 'evil.example', '', 'a b', '[::1]'])])
  return { method: verb, path: path(chance), headers: own, body: content }
}

const head = ({ method, path, headers }: Sent, more: readonly string[], version = '1.1') =>
  Buffer.from(
    [`${method} ${path} HTTP/${version}`, ...headers.map(([name, value]) => `${name}: ${value}`), ...more, '', ''].join(
      '\r\n',
    ),
    'latin1',
  )

const withLength = (sent: Sent, more: readonly string[] = []) =>
  Buffer.concat([head(sent, sent.body.length > 0 ? [...more, `Content-Length: ${sent.body.length}`] : more), sent.body])

function chunked(chance: Chance, sent: Sent): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; at < sent.body.length; ) {
    const size = 1 + chance.below(Math.max(20, sent.body.length))
    const part = sent.body.subarray(at, at + size)
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n'))
    at += size
  }
  return Buffer.concat([head(sent, ['Transfer-Encoding: chunked']), ...parts, Buffer.from('0\r\n\r\n')])
}

const pipelined = (chance: Chance): Buffer =>
  Buffer.concat([
    withLength(plain(chance)),
    ...chance.some(5, () => withLength(chance.often(0.7) ? plain(chance) : amongOthers(chance))),
    withLength(plain(chance), ['Connection: close']),
  ])

function plain(chance: Chance): Sent {
  const host: Header = ['Host', 'parker.test']
  if (chance.often(0.4))
    return {
      method: 'GET',
      path: chance.pick(['/healthz', '/nowhere', '/v1/realtime/options']),
      headers: [host],
      body: Buffer.alloc(0),
    }
  const type: Header = ['Content-Type', 'application/json']
  return {
    method: 'POST',
    path: TOKEN_PATH,
    headers: [host, ['Origin', ALLOWED], type],
    body: Buffer.from('{"voice":"cedar"}'),
  }
}

/** Lengths that lie, contradict each other or are none; what smugglers send. */
function misframed(chance: Chance): Buffer {
  const sent = amongOthers(chance)
  const length = sent.body.length
  const lines = chance.pick([
    [`Content-Length: ${length + 1 + chance.below(100)}`],
    [`Content-Length: ${Math.max(0, length - 1 - chance.below(10))}`],
    ['Content-Length: -1'],
    ['Content-Length: 99999999999999999999'],
    ['Content-Length: 1e3'],
    ['Content-Length: 0x10'],
    [`Content-Length: ${length}`, `Content-Length: ${length + 1}`],
    [`Content-Length: ${length}`, 'Transfer-Encoding: chunked'],
    ['Transfer-Encoding: chunked'],
    ['Transfer-Encoding: gzip, chunked'],
    ['Transfer-Encoding: xchunked'],
    ['Transfer-Encoding : chunked'],
    [' folded: line'],
    ['Content-Length: 100000000'],
  ])
  return Buffer.concat([
    head(sent, lines, chance.often(0.9) ? '1.1' : chance.pick(['1.0', '2.0', '0.9', '9', text(chance, 5)])),
    sent.body,
  ])
}

/** A whole request with some bytes changed, lost or doubled. */
function damaged(chance: Chance): Buffer {
  const bytes = withLength(amongOthers(chance))
  const at = chance.below(bytes.length)
  const damage = [
    () => bytes.subarray(0, at),
    () => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + chance.below(20))]),
    () => Buffer.concat([bytes.subarray(0, at), chance.bytes(1 + chance.below(5)), bytes.subarray(at)]),
    () => Buffer.concat([bytes.subarray(0, at), bytes]),
    () => Buffer.from(bytes.toString('latin1').replaceAll('\r\n', chance.pick(['\n', '\r', '\r\n\r\n'])), 'latin1'),
  ]
  return chance.pick(damage)()
}

/** Mostly in one piece, now and then in several. */
function pieces(chance: Chance, bytes: Buffer): Buffer[] {
  if (chance.often(0.9)) return [bytes]
  const cuts = chance.some(3, () => chance.below(bytes.length)).sort((a, b) => a - b)
  return [0, ...cuts].map((from, i) => bytes.subarray(from, cuts[i] ?? bytes.length)).filter(({ length }) => length > 0)
}

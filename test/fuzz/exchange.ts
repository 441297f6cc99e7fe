import { connect } from 'node:net'
import type { Answered } from '../harness/ask.ts'
import type { Case } from './cases.ts'
import { OWN_PREFIX } from './ingredients.ts'

/** All that came back on a connection. */
export interface Exchange {
  answers: Answered[]
  /** Interim answers, such as 100. */
  interim: number[]
  /** What followed the last whole answer: bytes that are none. */
  rest: string
  /** Whether the service left the connection open without an answer until the patience was over. */
  hung: boolean
}

/** Beyond what any answer takes on a busy machine, and beyond the 10 s that the service gives an unfinished head. */
const PATIENCE_MS = 20_000
/** How long every second client that says no more listens before it closes its side. */
const LISTENING_MS = 30

/** Does what the case says on a connection of its own, from an address of this machine's own, and reads to its end. */
export function exchange(port: number, { index, pieces, ending, request }: Case): Promise<Exchange> {
  return new Promise(resolve => {
    const chunks: Buffer[] = []
    let hung = false
    const socket = connect({
      port,
      host: '127.0.0.1',
      localAddress: `${OWN_PREFIX}${2 + (index % 250)}`,
      noDelay: true,
    })
    socket.on('data', chunk => {
      chunks.push(chunk)
      // The one answer is here: whatever else the service has to say comes before its own end.
      if (ending === 'answer' && parseAnswers(Buffer.concat(chunks), request?.method === 'HEAD').answers.length > 0)
        socket.end()
    })
    socket.on('error', () => {})
    socket.setTimeout(PATIENCE_MS, () => {
      hung = true
      socket.destroy()
    })
    socket.on('close', () => {
      const headless = request?.method === 'HEAD'
      resolve({ ...parseAnswers(Buffer.concat(chunks), headless), hung })
    })
    const write = (i: number) => {
      const piece = pieces[i]
      if (piece) socket.write(piece, () => setImmediate(write, i + 1))
      else if (ending === 'cut') socket.resetAndDestroy()
      else if (ending === 'half-close') setTimeout(() => socket.end(), index % 2 === 0 ? 0 : LISTENING_MS)
    }
    socket.on('connect', () => write(0))
  })
}

/** Reads answers one after another; those to HEAD have no body, whatever their length says. */
function parseAnswers(bytes: Buffer, headless: boolean): Omit<Exchange, 'hung'> {
  const answers: Answered[] = []
  const interim: number[] = []
  let left = bytes
  for (;;) {
    const end = left.indexOf('\r\n\r\n')
    const [, code] = /^HTTP\/1\.1 (\d{3}) [ -~]*\r\n/.exec(left.toString('latin1', 0, 200)) ?? []
    if (end === -1 || code === undefined) return { answers, interim, rest: left.toString('latin1', 0, 300) }
    const status = Number(code)
    const headers = headersOf(left.toString('latin1', 0, end))
    const after = left.subarray(end + 4)
    if (status < 200) {
      interim.push(status)
      left = after
      continue
    }
    // What cannot be read as a request has no method either: the refusal of a broken HEAD has a body, and ends the connection.
    const bare = headless && !(headers.get('connection') === 'close' && after.length > 0)
    const body = bare || status === 204 || status === 304 ? Buffer.alloc(0) : bodyOf(after, headers)
    if (!body) return { answers, interim, rest: left.toString('latin1', 0, 300) }
    const text = body.toString()
    answers.push({ status, headers, text, json: parse(text) })
    left = after.subarray(rawLength(after, headers, body))
  }
}

function headersOf(head: string): Headers {
  const headers = new Headers()
  for (const line of head.split('\r\n').slice(1))
    headers.append(line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim())
  return headers
}

/** The whole body, or nothing where a part is missing. */
function bodyOf(bytes: Buffer, headers: Headers): Buffer | undefined {
  const length = headers.get('content-length')
  if (length !== null) return bytes.length >= Number(length) ? bytes.subarray(0, Number(length)) : undefined
  if (headers.get('transfer-encoding') !== 'chunked') return bytes
  return chunks(bytes)?.body
}

function rawLength(bytes: Buffer, headers: Headers, body: Buffer): number {
  if (body.length === 0 && headers.get('transfer-encoding') !== 'chunked') return 0
  return headers.get('transfer-encoding') === 'chunked' ? (chunks(bytes)?.raw ?? 0) : body.length
}

function chunks(bytes: Buffer): { body: Buffer; raw: number } | undefined {
  const parts: Buffer[] = []
  for (let at = 0; ; ) {
    const line = bytes.indexOf('\r\n', at)
    if (line === -1) return undefined
    const size = Number.parseInt(bytes.toString('latin1', at, line), 16)
    if (size === 0) return { body: Buffer.concat(parts), raw: line + 4 }
    if (bytes.length < line + 2 + size + 2) return undefined
    parts.push(bytes.subarray(line + 2, line + 2 + size))
    at = line + 2 + size + 2
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

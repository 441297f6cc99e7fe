import { once } from 'node:events'
import { connect } from 'node:net'
import type { Answered } from './ask.ts'

/**
 * Writes these bytes to the service as they are and reads until it closes the connection; what no HTTP client would send.
 * Well-formed requests need `Connection: close`. Headers and body are those of the first answer that is not a 1xx.
 * With `last` it says that nothing more will come.
 */
export async function sendBytes(port: number, bytes: string | Buffer, last = false): Promise<Answered> {
  const socket = connect(port, '127.0.0.1')
  const chunks: Buffer[] = []
  socket.on('data', chunk => chunks.push(chunk))
  socket.on('error', () => {})
  socket.setTimeout(15_000, () => socket.destroy())
  if (last) socket.end(bytes)
  else socket.write(bytes)
  await once(socket, 'close')
  return parseAnswer(Buffer.concat(chunks).toString('latin1'))
}

function parseAnswer(bytes: string): Answered {
  const end = bytes.indexOf('\r\n\r\n')
  if (end === -1) throw new Error(`the connection closed without an answer: ${JSON.stringify(bytes.slice(0, 200))}`)
  const [first = '', ...lines] = bytes.slice(0, end).split('\r\n')
  const status = Number(first.split(' ')[1])
  const rest = bytes.slice(end + 4)
  if (status < 200) return parseAnswer(rest)
  const headers = new Headers(
    lines.map(line => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()] as [string, string]),
  )
  const length = headers.get('content-length')
  const text = Buffer.from(rest.slice(0, length === null ? undefined : Number(length)), 'latin1').toString()
  return { status, headers, text, json: parse(text) }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The text of a request that closes its connection; `head` lines come after `Host`. */
export function requestText(line: string, head: readonly string[] = [], body = ''): string {
  const length = body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]
  return [`${line} HTTP/1.1`, 'Host: parker.test', 'Connection: close', ...head, ...length, '', body].join('\r\n')
}

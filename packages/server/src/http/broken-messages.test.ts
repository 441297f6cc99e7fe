import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { test } from 'node:test'
import { answerBrokenMessage } from './broken-messages.ts'

/** A server whose limits are short, and what it answers to these bytes. */
async function answerTo(bytes: string, options: Parameters<typeof createServer>[0] = {}): Promise<string> {
  const server: Server = createServer(options, (_request, response) => response.end())
  server.on('clientError', answerBrokenMessage)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  let answer = ''
  socket.on('data', chunk => {
    answer += chunk
  })
  socket.write(bytes)
  await once(socket, 'close')
  server.close()
  return answer
}

const CASES: [what: string, bytes: string, status: number, type: string][] = [
  ['no HTTP', 'hello\r\n\r\n', 400, 'malformed_request'],
  ['headers over the limit', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`, 431, 'headers_too_large'],
  ['a head that does not end', 'GET / HTTP/1.1\r\nHost: x\r\n', 408, 'request_timeout'],
]

for (const [what, bytes, status, type] of CASES)
  test(`${what} is answered ${status} ${type}, whole and with an id, and the connection closed`, async () => {
    const limits = { headersTimeout: 30, requestTimeout: 30, connectionsCheckingInterval: 10 }
    const answer = await answerTo(bytes, limits)
    const [head = '', body = ''] = answer.split('\r\n\r\n')
    assert.match(head, new RegExp(`^HTTP/1.1 ${status} `))
    assert.match(head, /\r\nConnection: close/)
    const id = /\r\nX-Request-ID: (\S+)/.exec(head)?.[1]
    const { error, detail } = JSON.parse(body)
    assert.deepEqual([error.code, error.type, error.request_id, detail], [status, type, id, error.message])
    assert.match(head, new RegExp(`\r\nContent-Length: ${Buffer.byteLength(body)}(\r\n|$)`))
  })

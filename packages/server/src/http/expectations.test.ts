import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, test } from 'node:test'
import { expectations } from './expectations.ts'

let server: Server
beforeEach(async () => {
  server = createServer()
  expectations(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterEach(() => server.close())

const FIRST = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
const LAST = 'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n'

function connection() {
  return connect((server.address() as AddressInfo).port, '127.0.0.1')
}

test('a 100 never stands in the body of an answer that was ready before its turn', { timeout: 20_000 }, async () => {
  let first: ServerResponse | undefined
  server.on('request', (_request, response) => {
    if (!first) {
      first = response
      return
    }
    response.end(Buffer.from('second'))
    first.end('first')
  })
  const socket = connection()
  socket.write(`${FIRST}${LAST}body`)
  const answers = await text(socket)
  assert.match(answers, /^HTTP\/1\.1 200 OK\r\n/)
  assert.match(answers, /firstHTTP\/1\.1 200 OK(\r\n[^\r]+)+\r\n\r\nsecond$/)
})

test('a client that waits for a 100 gets it when its turn has come', { timeout: 20_000 }, async () => {
  const waiting: ServerResponse[] = []
  server.on('request', async (request, response) => {
    waiting.push(response)
    if (waiting.length === 2) waiting[0]?.end('first')
    else return
    response.end(await text(request))
  })
  const socket = connection()
  socket.write(FIRST + LAST)
  let seen = ''
  for await (const chunk of socket) {
    seen += chunk
    if (/100 Continue\r\n\r\n$/.test(seen)) socket.write('body')
  }
  assert.match(seen, /firstHTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK(\r\n[^\r]+)+\r\n\r\nbody$/)
})

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { expectations } from './expectations.ts'

test('a 100 never stands in the body of an answer that was ready before its turn', { timeout: 20_000 }, async () => {
  const server = createServer()
  expectations(server)
  let first: ServerResponse | undefined
  server.on('request', (_request, response) => {
    if (!first) {
      first = response
      return
    }
    response.end(Buffer.from('second'))
    first.end('first')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const requests = ['GET / HTTP/1.1', 'Host: a', '', 'GET / HTTP/1.1', 'Host: a', 'Expect: 100-continue']
  socket.write([...requests, 'Connection: close', '', ''].join('\r\n'))
  const answers = await text(socket)
  server.close()

  assert.match(answers, /^HTTP\/1\.1 200 OK\r\n/)
  assert.match(answers, /firstHTTP\/1\.1 200 OK(\r\n[^\r]+)+\r\n\r\nsecond$/)
})

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { drain, unusedConnections } from './drain.ts'

/** Longer than idle connections are kept. */
const LOOKS = 15

test('connections that are held back with a request unread are no idle ones', { timeout: 20_000 }, async () => {
  const server = createServer((_request, response) => response.end('served'))
  const unused = unusedConnections(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const caller = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [socket] = (await once(server, 'connection')) as [Socket]
  socket.pause()
  caller.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
  let looks = 0
  const pressure = {
    get held() {
      if (++looks < LOOKS) return 1
      socket.resume()
      return 0
    },
  }
  const answered = once(caller, 'data')
  await drain(server, { unused, pressure }, 10_000)
  assert.match(String((await answered)[0]), /^HTTP\/1\.1 200 /)
})

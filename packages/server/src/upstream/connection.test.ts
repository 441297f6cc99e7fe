import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { connect } from './connection.ts'

const server = createServer((_request, response) => response.end('an answer'))
before(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
after(() => server.close())

test('what the reader makes of an answer is given, and what it throws is thrown; the connection goes on', async () => {
  const { port } = server.address() as AddressInfo
  const connection = connect(`http://127.0.0.1:${port}/v1`, 5000)
  const ask = <T>(read: (body: string) => T) =>
    connection.send({ method: 'GET', path: '/', headers: {} }, 5000, ({ body }) => read(body))
  assert.equal(await ask(body => body.length), 9)
  const broken = new Error('broken')
  await assert.rejects(
    ask(() => {
      throw broken
    }),
    broken,
  )
  assert.equal(await ask(body => body), 'an answer')
  await connection.close()
})

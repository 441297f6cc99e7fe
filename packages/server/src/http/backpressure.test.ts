import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, beforeEach, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { backpressure } from './backpressure.ts'

const PACE = { rush: 6, inRush: 3 }
const CONNECTIONS = 20
const REQUEST = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'

let server: Server
let sockets: Socket[]
/** Requests begun in each turn of the event loop that began any. */
let begun: number[]

beforeEach(async () => {
  begun = []
  server = createServer()
  backpressure(server, PACE)
  server.on('request', countInTurn())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  sockets = Array.from({ length: CONNECTIONS }, () => connect((server.address() as AddressInfo).port, '127.0.0.1'))
  await Promise.all(sockets.map(socket => once(socket, 'connect')))
  while ((await connections()) < CONNECTIONS) await turn()
})

afterEach(() => {
  for (const socket of sockets) socket.destroy()
  server.close()
})

function countInTurn() {
  let inTurn = 0
  return () => {
    if (inTurn++ === 0)
      setImmediate(() => {
        begun.push(inTurn)
        inTurn = 0
      })
  }
}

function connections(): Promise<number> {
  return new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  )
}

/** Asks on every connection at once, and on each again as soon as it is answered. */
async function askAll(times: number): Promise<void> {
  const askOn = async (socket: Socket) => {
    for (let time = 0; time < times; time++) {
      socket.write(REQUEST)
      await once(socket, 'data')
    }
  }
  await Promise.all(sockets.map(askOn))
}

test('a rush is read in turns, and all of it is answered, again and again', { timeout: 20_000 }, async () => {
  server.on('request', (_request, response: ServerResponse) => response.end('yes'))
  await askAll(5)
  assert.equal(
    begun.reduce((sum, count) => sum + count),
    5 * CONNECTIONS,
  )
  assert.equal(Math.max(...begun), PACE.rush)
  // The first turn, and those in which nobody happened to wait.
  const long = begun.filter(count => count > PACE.inRush)
  assert.ok(long.length < begun.length / 5, `${begun}`)
})

test('connections that end while they are held keep no other from its turn', { timeout: 20_000 }, async () => {
  const [leaving, staying] = [sockets.slice(0, CONNECTIONS / 2), sockets.slice(CONNECTIONS / 2)]
  server.on('request', (_request, response: ServerResponse) => {
    for (const socket of leaving) socket.destroy()
    response.end('yes')
  })
  const answers = Promise.all(staying.map(socket => once(socket, 'data')))
  for (const socket of sockets) socket.write(REQUEST)
  await answers
})

test('a connection that was released is not held again before it was read, however much others ask', async () => {
  class Connection extends EventEmitter {
    held = 0
    destroyed = false
    pause() {
      this.held++
    }
    resume() {
      this.emit('resume')
    }
  }
  const [flooder, other, quiet] = [new Connection(), new Connection(), new EventEmitter()]
  backpressure(quiet as Server, PACE)
  for (const connection of [flooder, other]) quiet.emit('connection', connection)
  const flood = () => {
    for (let i = 0; i < PACE.rush; i++) quiet.emit('request')
    // Node goes on reading a connection whose request it has read.
    flooder.resume()
  }
  flood()
  assert.equal(other.held, 1)
  await turn()
  flood()
  assert.equal(other.held, 1, 'it was released in this turn')
  await turn()
  flood()
  assert.equal(other.held, 2, 'it could have been read')
})

test('what is asked at leisure is read at once', { timeout: 20_000 }, async () => {
  server.on('request', (_request, response: ServerResponse) => response.end('yes'))
  for (const socket of sockets) {
    socket.write(REQUEST)
    await once(socket, 'data')
  }
  assert.deepEqual(begun, Array(CONNECTIONS).fill(1))
})

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, beforeEach, test } from 'node:test'
import type { ServiceError } from '../errors.ts'
import type { RequestEnd } from '../observe/request-ended.ts'
import { brokenMessages } from './broken-messages.ts'

let server: Server
/** Requests that the server took for such. */
let taken: number
/** What it told of those that are none. */
let told: RequestEnd[]
beforeEach(async () => {
  taken = 0
  server = createServer({ connectionsCheckingInterval: 10 }, (_request, response) => {
    taken++
    response.end()
  })
  told = []
  const { answerBroken, refuseTunnel } = brokenMessages(end => told.push(end))
  server.on('clientError', answerBroken)
  server.on('connect', refuseTunnel)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterEach(() => {
  server.close()
  server.closeAllConnections()
})

/** A connection that keeps what it is answered. */
function connection() {
  const socket = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true })
  const closed = new Promise(resolve => socket.once('close', resolve))
  const seen = { socket, closed, answer: '' }
  socket.on('error', () => {})
  socket.on('data', chunk => {
    seen.answer += chunk
  })
  return seen
}

/** What is answered to these bytes, by when the server has closed. */
async function answerTo(bytes: string): Promise<string> {
  const seen = connection()
  seen.socket.write(bytes)
  await once(seen.socket, 'end')
  seen.socket.end()
  await seen.closed
  return seen.answer
}

const CASES: [what: string, bytes: string, status: number, type: string][] = [
  ['no HTTP', 'hello\r\n\r\n', 400, 'malformed_request'],
  ['headers over the limit', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`, 431, 'headers_too_large'],
  ['a head that does not end', 'GET / HTTP/1.1\r\nHost: x\r\n', 408, 'request_timeout'],
]

for (const [what, bytes, status, type] of CASES)
  test(`${what} is answered ${status} ${type}, whole and with an id, and the connection closed`, async () => {
    if (status === 408) server.headersTimeout = 30
    const answer = await answerTo(bytes)
    const [head = '', body = ''] = answer.split('\r\n\r\n')
    assert.match(head, new RegExp(`^HTTP/1.1 ${status} `))
    assert.match(head, /\r\nConnection: close/)
    const id = /\r\nX-Request-ID: (\S+)/.exec(head)?.[1]
    const { error, detail } = JSON.parse(body)
    assert.deepEqual([error.code, error.type, error.request_id, detail], [status, type, id, error.message])
    assert.match(head, new RegExp(`\r\nContent-Length: ${Buffer.byteLength(body)}(\r\n|$)`))
    assert.deepEqual(told, [
      { ...OF_NO_REQUEST, requestId: id, method: undefined, status: error.code, errorType: error.type },
    ])
  })

const OF_NO_REQUEST = { route: 'none', tokenRefused: false, client: 'ip:127.0.0.1' }

test('a tunnel is answered 405 with the methods that there are', async () => {
  const answer = await answerTo('CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n')
  assert.match(answer, /^HTTP\/1.1 405 .*\r\nAllow: GET, HEAD, POST, DELETE\r\n.*"method_not_allowed"/s)
})

test("a tunnel's request id is kept and told, and where it leads is not", async () => {
  const answer = await answerTo('CONNECT 203.0.113.9:1 HTTP/1.1\r\nHost: x\r\nX-Request-ID: mine\r\n\r\n')
  assert.match(answer, /\r\nX-Request-ID: mine\r\n.*"request_id":"mine"/s)
  assert.deepEqual(told, [
    { ...OF_NO_REQUEST, requestId: 'mine', method: 'CONNECT', status: 405, errorType: 'method_not_allowed' },
  ])
})

test('a connection on which nothing was ever asked is closed, and told of as nothing', async () => {
  server.headersTimeout = 30
  assert.match(await answerTo(''), /^HTTP\/1.1 408 /)
  assert.deepEqual(told, [])
})

test('a client that asks for a tunnel and resets the connection harms nobody', async () => {
  const { socket } = connection()
  const [accepted] = await once(server, 'connection')
  socket.write('CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n')
  await once(socket, 'data')
  socket.resetAndDestroy()
  await new Promise(resolve => accepted.once('close', resolve))
  assert.match(await answerTo('hello\r\n\r\n'), /malformed_request/)
})

const GOOD = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'

for (const [what, start] of [
  ['a message is broken', 'get / HTTP/1.1\r\n\r\n'],
  ['a tunnel is asked for', 'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n'],
] as const)
  test(`where ${what}, the answer arrives however much comes behind, and none of that is taken for a request`, async () => {
    const behind = GOOD.repeat(10_000)
    for (let i = 0; i < 300; i++) assert.match(await answerTo(start + behind), /^HTTP\/1.1 40[05] .*"request_id"/s)
    assert.equal(taken, 0)
  })

test('what completes a message after it was answered 408 is not taken for a request', async () => {
  server.headersTimeout = 30
  const { socket, closed } = connection()
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n')
  await once(socket, 'data')
  socket.end(`\r\n${GOOD}`)
  await closed
  assert.equal(taken, 0)
})

test('a client that does not close after its answer is cut off in about a second', async () => {
  server.headersTimeout = 30
  const started = performance.now()
  const seen = connection()
  seen.socket.write('hello\r\n\r\n')
  await once(seen.socket, 'end')
  const dripping = setInterval(() => seen.socket.write('.'), 20)
  await seen.closed
  clearInterval(dripping)
  const seconds = (performance.now() - started) / 1000
  assert.ok(seconds > 0.9 && seconds < 10, `${seconds} s`)
  assert.match(seen.answer, /^HTTP\/1.1 40[08] /)
})

test('a client that floods after its answer is cut off before it has sent two megabytes', async () => {
  const { socket, closed } = connection()
  const [accepted] = await once(server, 'connection')
  socket.write('hello\r\n\r\n')
  const flood = () => {
    while (socket.writable && socket.write(GOOD.repeat(1000)));
  }
  socket.on('drain', flood)
  flood()
  await closed
  assert.ok(accepted.bytesRead < 2 * 1_048_576, `${accepted.bytesRead} bytes`)
})

test('nonsense behind a request whose answer has begun writes nothing into that answer', async () => {
  server.removeAllListeners('request').on('request', (_request, response) => response.write('begun'))
  const seen = connection()
  seen.socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  while (!seen.answer.includes('begun')) await once(seen.socket, 'data')
  seen.socket.write('nonsense\r\n\r\n')
  await once(seen.socket, 'end')
  seen.socket.end()
  await seen.closed
  assert.ok(!seen.answer.includes('malformed_request'), seen.answer)
})

test('nonsense behind a request that was answered is answered for itself', async () => {
  server.removeAllListeners('request').on('request', (_request, response) => response.end('whole'))
  const answer = await answerTo('GET / HTTP/1.1\r\nHost: x\r\n\r\nnonsense\r\n\r\n')
  assert.match(answer, /^HTTP\/1\.1 200 .*whole.*HTTP\/1\.1 400 .*malformed_request/s)
})

test('nonsense behind a request that is at work is answered after it', async () => {
  server.removeAllListeners('request').on('request', (_request, response) => setImmediate(() => response.end('whole')))
  for (const behind of ['nonsense\r\n\r\n', 'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n']) {
    const answer = await answerTo(GOOD + GOOD + behind)
    assert.deepEqual(statuses(answer), behind.startsWith('CONNECT') ? [200, 200, 405] : [200, 200, 400])
  }
})

const statuses = (answer: string) => [...answer.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => Number(status))

const POST = 'POST / HTTP/1.1\r\nHost: x\r\n'
const BAD_CHUNK = `${POST}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\nZZ\r\n`
const CUT_SHORT = `${POST}Content-Length: 50\r\n\r\n{}`

/** Reads the body from `when` on, and answers as whoever reads it does. */
function readBodies(when: (read: () => void) => void = read => read()): void {
  server.removeAllListeners('request').on('request', (request: IncomingMessage, response: ServerResponse) => {
    taken++
    when(() => {
      request.once('error', error => {
        response.setHeader('Connection', 'close')
        response.end(`told ${(error as ServiceError).type}`)
      })
      request.resume()
    })
  })
}

for (const [what, bytes, type] of [
  ['has a chunk that is none', BAD_CHUNK, 'malformed_request'],
  ['ends before its length', CUT_SHORT, 'malformed_request'],
  ['does not arrive', CUT_SHORT, 'request_timeout'],
] as const)
  for (const [when, soon] of [
    ['at once', undefined],
    ['a moment later', setImmediate],
  ] as const)
    test(`a body that ${what} is told to who reads it ${when}, who answers; then the connection closes`, async () => {
      readBodies(soon)
      if (type === 'request_timeout') server.requestTimeout = server.headersTimeout = 30
      const seen = connection()
      seen.socket.write(bytes)
      if (what.startsWith('ends')) seen.socket.end()
      await once(seen.socket, 'end')
      seen.socket.end()
      await seen.closed
      assert.deepEqual(statuses(seen.answer), [200])
      assert.match(seen.answer, new RegExp(`told ${type}`))
    })

test('the answer to a body that breaks arrives however much comes behind, and none of that is taken for a request', async () => {
  readBodies()
  const behind = GOOD.repeat(10_000)
  for (let i = 0; i < 300; i++) assert.match(await answerTo(BAD_CHUNK + behind), /^HTTP\/1.1 200 .*told malformed/s)
  assert.equal(taken, 300)
})

test('a request that was answered before its body broke is not answered again', async () => {
  assert.deepEqual(statuses(await answerTo(BAD_CHUNK)), [200])
})

test('a request whose body broke unread is answered for itself', async () => {
  server.removeAllListeners('request').on('request', (_request, response) => setImmediate(() => response.end('done')))
  const answer = await answerTo(BAD_CHUNK)
  assert.deepEqual(statuses(answer), [200])
  assert.match(answer, /done/)
})

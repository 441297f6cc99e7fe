import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, createServer as createNetServer } from 'node:net'
import { it, type TestContext } from 'node:test'
import { type WebSocket, WebSocketServer } from 'ws'
import { Secret } from '../secret.ts'
import { HEARTBEAT_MS, openRealtimeSocket, type RealtimeEvent, SocketRefused, type SocketTarget } from './socket.ts'

interface Peer {
  baseUrl: string
  /** The next connection, as the server sees it. */
  connected: Promise<{ socket: WebSocket; request: IncomingMessage }>
}

async function startPeer(t: TestContext, options: { autoPong?: boolean } = {}): Promise<Peer> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', ...options })
  await once(server, 'listening')
  t.after(() => {
    for (const client of server.clients) client.terminate()
    server.close()
  })
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    connected: once(server, 'connection').then(([socket, request]) => ({ socket, request })),
  }
}

function join(
  baseUrl: string,
  target: SocketTarget = { model: 'gpt-realtime' },
  signal = new AbortController().signal,
) {
  const events: RealtimeEvent[] = []
  const waiting = new Map<number, () => void>()
  let onClosed = (_code: number) => {}
  const closed = new Promise<number>(resolve => {
    onClosed = resolve
  })
  const handlers = {
    onEvent(event: RealtimeEvent) {
      events.push(event)
      waiting.get(events.length)?.()
    },
    onClose: (code: number) => onClosed(code),
  }
  const config = {
    OPENAI_API_KEY: new Secret('sk-test-of-the-socket'),
    OPENAI_ORGANIZATION: 'org-1',
    OPENAI_PROJECT: undefined,
    OPENAI_BASE_URL: baseUrl,
    UPSTREAM_TIMEOUT_MS: 1000,
  }
  const opening = openRealtimeSocket(config, target, handlers, signal)
  const received = (count: number) =>
    new Promise<RealtimeEvent[]>(resolve => {
      if (events.length >= count) resolve(events)
      waiting.set(count, () => resolve(events))
    })
  return { opening, closed, received }
}

async function refusal(opening: Promise<unknown>): Promise<SocketRefused> {
  const error = await opening.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof SocketRefused, `not refused: ${error}`)
  return error
}

it('shows the server key in a header and names a model or a call in the query', async t => {
  const peer = await startPeer(t)
  const { opening } = join(peer.baseUrl, { callId: 'rtc_a&b' })
  const { request } = await peer.connected
  assert.equal(request.url, '/v1/realtime?call_id=rtc_a%26b')
  assert.equal(request.headers.authorization, 'Bearer sk-test-of-the-socket')
  assert.equal(request.headers['openai-organization'], 'org-1')
  assert.equal(request.headers['sec-websocket-protocol'], undefined)
  await opening
})

it('hands on what is an event, both ways, and leaves out what is none', async t => {
  const peer = await startPeer(t)
  const { opening, received } = join(peer.baseUrl)
  const { socket } = await peer.connected
  const client = await opening
  for (const text of ['{"type":"one"}', 'nonsense', '[]', 'null', '{"type":7}', '{}', '{"type":"two","x":1}'])
    socket.send(text)
  socket.send(Buffer.from('{"type":"binary"}'), { binary: true })
  socket.send('{"type":"three"}')
  assert.deepEqual(await received(3), [{ type: 'one' }, { type: 'two', x: 1 }, { type: 'three' }])
  client.send({ type: 'session.update' })
  assert.deepEqual(JSON.parse(String((await once(socket, 'message'))[0])), { type: 'session.update' })
})

it('ends on a message over 8 MiB instead of keeping it', async t => {
  const peer = await startPeer(t)
  const { opening, closed } = join(peer.baseUrl)
  const { socket } = await peer.connected
  await opening
  socket.send(JSON.stringify({ type: 'large', text: 'x'.repeat(8 * 1_048_576) }))
  assert.equal(await closed, 1006)
})

it('tells a refusal by its status though its text drips for ever', { timeout: 20_000 }, async t => {
  const server = createServer().listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  server.on('upgrade', (_request, socket) => {
    socket.write('HTTP/1.1 404 Not Found\r\nContent-Length: 100000\r\n\r\n')
    const drip = setInterval(() => socket.write(' '), 100)
    socket.on('error', () => {}).once('close', () => clearInterval(drip))
    t.after(() => socket.destroy())
  })
  const refused = await refusal(join(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`).opening)
  assert.equal(refused.status, 404)
})

it('tells a refusal by its status and error code', async t => {
  const server = createServer().listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  server.on('upgrade', (_request, socket) => {
    const body = JSON.stringify({ error: { code: 'model_not_found', message: 'no such model' } })
    socket.end(`HTTP/1.1 404 Not Found\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`)
  })
  const refused = await refusal(join(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`).opening)
  assert.equal(refused.status, 404)
  assert.equal(refused.failure.type, 'model_unavailable')
})

it('waits no longer than the time-out for the handshake', async t => {
  const server = createNetServer(() => {}).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const refused = await refusal(join(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`).opening)
  assert.equal(refused.failure.type, 'upstream_timeout')
})

it('says that nobody listens', async () => {
  const refused = await refusal(join('http://127.0.0.1:1/v1').opening)
  assert.equal(refused.failure.type, 'upstream_unavailable')
})

it('is cut by its signal, before it is open and after', async t => {
  const peer = await startPeer(t)
  const early = AbortSignal.abort(new Error('never mind'))
  await assert.rejects(join(peer.baseUrl, undefined, early).opening, /never mind/)
  const late = new AbortController()
  const { opening, closed } = join(peer.baseUrl, undefined, late.signal)
  await opening
  late.abort()
  assert.equal(await closed, 1006)
})

it('cuts a line on which not even a pong comes back, and keeps one on which it does', async t => {
  const answering = await startPeer(t)
  const mute = await startPeer(t, { autoPong: false })
  t.mock.timers.enable({ apis: ['setInterval'] })
  const [kept, cut] = [join(answering.baseUrl), join(mute.baseUrl)]
  await Promise.all([kept.opening, cut.opening])
  let keptClosed = false
  kept.closed.then(() => {
    keptClosed = true
  })
  const { socket } = await answering.connected
  t.mock.timers.tick(HEARTBEAT_MS)
  await once(socket, 'ping')
  socket.send('{"type":"after the ping"}')
  await kept.received(1)
  t.mock.timers.tick(HEARTBEAT_MS)
  assert.equal(await cut.closed, 1006)
  assert.equal(keptClosed, false)
})

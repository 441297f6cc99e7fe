import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'

/** An event of the Realtime API, in either direction. */
export type Event = { type: string } & Record<string, unknown>

/** A call that the stand-in has taken. */
export interface StandInCall {
  id: string
  /** Parts of the multipart body it was placed with. */
  sdp: string
  // biome-ignore lint/suspicious/noExplicitAny: sessions are inspected field by field
  session: any
  headers: IncomingMessage['headers']
}

/** What the stand-in does with a request; undefined where it does what OpenAI would. */
interface Behaviour {
  place?(response: ServerResponse, call: StandInCall): unknown
  hangUp?(response: ServerResponse, id: string): unknown
  /** False refuses the sideband with a 404, as OpenAI does for a call that it does not know. */
  sideband?(id: string): boolean
}

/** OpenAI's calls without media: everything that happens in a call is up to the test. */
export interface CallsStandIn {
  baseUrl: string
  /** Calls in the order in which they were placed. */
  placed: StandInCall[]
  /** Ids for which a hang-up was asked, in that order. */
  hangUps: string[]
  /** Requests to place a call, refused ones included. */
  attempts: number
  behave(behaviour: Behaviour): void
  /** Answers as OpenAI does; for a `place` that did something first. */
  take(response: ServerResponse, call: StandInCall): void
  /** From now on a call that is placed waits for its answer. Resolves with what gives the first its answer. */
  holdPlacing(): Promise<() => void>
  /** The newest line into a call, once one is open that is not `before`. */
  line(id: string, before?: Line): Promise<Line>
  /** Resolves when a hang-up of the call was asked for. */
  hungUp(id: string): Promise<void>
  close(): Promise<void>
}

/** A sideband as OpenAI sees it. */
export interface Line {
  send(...events: Event[]): void
  /** The next event from the service that the test accepts, past or future. */
  heard(accept: (event: Event) => boolean): Promise<Event>
  heardSoFar(): Event[]
  /** Breaks the line; the call goes on. */
  drop(): void
}

const ANSWER = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n'

let calls = 0

export async function startCallsStandIn(): Promise<CallsStandIn> {
  let behaviour: Behaviour = {}
  const sockets = new WebSocketServer({ noServer: true })
  const lines = new Map<string, Line>()
  const alive = new Set<string>()
  const waiting: (() => void)[] = []
  const changed = () => {
    for (const look of waiting.splice(0)) look()
  }
  const until = async <T>(find: () => T | undefined): Promise<T> => {
    for (;;) {
      const found = find()
      if (found !== undefined) return found
      await new Promise<void>(resolve => waiting.push(resolve))
    }
  }

  const server = createServer(async (request, response) => {
    response.on('error', () => {})
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { method, url = '' } = request
    const hangUp = /^\/v1\/realtime\/calls\/([^/]+)\/hangup$/.exec(url)?.[1]
    if (method === 'GET') return json(response, 200, { object: 'list', data: [] })
    if (hangUp) return answerHangUp(response, hangUp)
    if (url === '/v1/realtime/calls') return answerPlace(request, response, Buffer.concat(chunks).toString())
    return json(response, 404, { error: { message: `Invalid URL (${method} ${url})`, code: null } })
  })

  function answerPlace(request: IncomingMessage, response: ServerResponse, body: string): void {
    standIn.attempts++
    const call = { id: `rtc_${process.pid}_${++calls}`, headers: request.headers, ...partsOf(body, request) }
    changed()
    if (behaviour.place) return void behaviour.place(response, call)
    standIn.take(response, call)
  }

  function answerHangUp(response: ServerResponse, id: string): void {
    standIn.hangUps.push(id)
    changed()
    if (behaviour.hangUp) return void behaviour.hangUp(response, id)
    const known = alive.delete(id)
    lines.get(id)?.drop()
    json(response, known ? 200 : 404, known ? {} : { error: { message: '', code: 'call_id_not_found' } })
  }

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => {})
    const id = new URL(request.url ?? '', 'http://x').searchParams.get('call_id') ?? ''
    const takes = behaviour.sideband?.(id) ?? alive.has(id)
    if (!takes) {
      const body = JSON.stringify({ error: { code: 'call_id_not_found', message: '' } })
      return void socket.end(
        `HTTP/1.1 404 Not Found\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
      )
    }
    sockets.handleUpgrade(request, socket, head, ws => {
      const forget = () => {
        if (lines.get(id) === line) lines.delete(id)
      }
      const line = lineOver(ws, changed, until, forget)
      lines.set(id, line)
      ws.on('close', forget)
      changed()
    })
  })

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const standIn: CallsStandIn = {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    placed: [],
    hangUps: [],
    attempts: 0,
    behave(next) {
      behaviour = next
    },
    take(response, call) {
      alive.add(call.id)
      standIn.placed.push(call)
      response.writeHead(201, { 'content-type': 'text/plain', location: `/v1/realtime/calls/${call.id}` })
      response.end(ANSWER)
      changed()
    },
    holdPlacing: () =>
      new Promise(resolve => {
        behaviour = { place: (response, call) => resolve(() => standIn.take(response, call)) }
      }),
    line: (id, before) =>
      until(() => {
        const line = lines.get(id)
        return line === before ? undefined : line
      }),
    hungUp: id => until(() => standIn.hangUps.includes(id) || undefined).then(() => {}),
    async close() {
      for (const client of sockets.clients) client.terminate()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return standIn
}

function lineOver(
  ws: WebSocket,
  changed: () => void,
  until: <T>(find: () => T | undefined) => Promise<T>,
  forget: () => void,
): Line {
  const heard: Event[] = []
  ws.on('message', data => {
    heard.push(JSON.parse(String(data)))
    changed()
  })
  ws.on('error', () => {})
  return {
    send(...events) {
      for (const event of events) ws.send(JSON.stringify({ event_id: `event_${Math.random()}`, ...event }))
    },
    heard: accept => until(() => heard.find(accept)),
    heardSoFar: () => [...heard],
    drop() {
      forget()
      ws.terminate()
    },
  }
}

function partsOf(body: string, { headers }: IncomingMessage): Pick<StandInCall, 'sdp' | 'session'> {
  const boundary = /boundary=(\S+)/.exec(headers['content-type'] ?? '')?.[1] ?? '-'
  const part = (name: string) => {
    const found = body.split(`--${boundary}`).find(one => one.includes(`name="${name}"`)) ?? ''
    return found.slice(found.indexOf('\r\n\r\n') + 4).replace(/\r\n$/, '')
  }
  return { sdp: part('sdp'), session: JSON.parse(part('session') || 'null') }
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

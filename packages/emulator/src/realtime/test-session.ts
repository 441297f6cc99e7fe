import { once } from 'node:events'
import type { TestContext } from 'node:test'
import { WebSocket } from 'ws'
import type { EmulatorOptions } from '../emulator.ts'
import { emulatorFor, type Json } from '../test-emulator.ts'

export const OFFER = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n'

const KEY = { authorization: 'Bearer sk-test' }

/** The two parts of the unified form. */
export const unifiedForm = (session?: unknown, sdp = OFFER) => {
  const form = new FormData()
  form.set('sdp', new Blob([sdp], { type: 'application/sdp' }))
  if (session) form.set('session', new Blob([JSON.stringify(session)], { type: 'application/json' }))
  return form
}

/** A connected socket that keeps what it hears. */
const listener = (socket: WebSocket) => {
  const events: Json[] = []
  const waiting = new Set<() => void>()
  socket.on('message', data => {
    events.push(JSON.parse(data.toString()))
    for (const look of waiting) look()
  })
  const found = (wanted: (event: Json) => boolean, after: number) =>
    events.findIndex((event, index) => index >= after && wanted(event))
  let read = 0
  return {
    socket,
    events,
    types: () => events.map(({ type }) => type),
    send: (event: object) => socket.send(JSON.stringify(event)),
    /** The next event of this type after the last one asked for. */
    next: (type: string) =>
      new Promise<Json>(resolve => {
        const look = () => {
          const index = found(event => event.type === type, read)
          if (index === -1) return
          waiting.delete(look)
          read = index + 1
          resolve(events[index])
        }
        waiting.add(look)
        look()
      }),
    closed: once(socket, 'close'),
  }
}

/** An emulator without media, and how to call and connect to it. */
export const stage = async (t: TestContext, options: EmulatorOptions = {}) => {
  const { emulator, ask, mint } = await emulatorFor(t, { media: false, ...options })
  const post = (path: string, init: RequestInit) => ask(path, { method: 'POST', ...init })
  const open = (query: string, headers: Record<string, string> = KEY, protocols: string[] = []) => {
    const socket = new WebSocket(`ws://127.0.0.1:${emulator.port}/v1/realtime${query}`, protocols, { headers })
    return listener(socket)
  }
  const joined = async (query: string) => {
    const client = open(query)
    await once(client.socket, 'open')
    return client
  }
  const place = (session?: unknown, headers: Record<string, string> = {}) =>
    post('/v1/realtime/calls', { headers: { ...KEY, ...headers }, body: unifiedForm(session) })
  const offer = (secret: string, body = OFFER) =>
    post('/v1/realtime/calls', {
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/sdp' },
      body,
    })
  const hangUp = (callId: string, headers: Record<string, string> = KEY) =>
    post(`/v1/realtime/calls/${callId}/hangup`, { headers })
  /** A call in progress with its sideband joined. */
  const call = async (session?: unknown) => {
    const callId = callIdOf(await place(session))
    const record = emulator.calls.find(({ id }) => id === callId)
    if (!record) throw new Error('the call is not in the book')
    return { callId, record, sideband: await joined(`?call_id=${callId}`) }
  }
  return { emulator, ask, mint, open, joined, place, offer, hangUp, call }
}

export const callIdOf = (response: Response) => response.headers.get('location')?.split('/').at(-1) ?? ''

/** How an upgrade that was refused was answered. */
export const refusal = async ({ socket }: { socket: WebSocket }) => {
  const [request, response] = await once(socket, 'unexpected-response')
  const body = JSON.parse((await response.toArray()).join(''))
  request.destroy()
  return { status: response.statusCode, ...body.error }
}

export const realtime = (more: object = {}) => ({ type: 'realtime', model: 'gpt-realtime', ...more })

export const userSays = (text: string) => ({
  type: 'conversation.item.create',
  item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
})

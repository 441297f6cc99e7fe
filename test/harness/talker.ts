import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { type Sound, toPcm } from '../../packages/server/src/voice/lab/sound.ts'

type Event = Record<string, unknown> & { type: string }

/** What a client sent, and how it came in. */
export interface Conversation {
  request: IncomingMessage
  events: Event[]
  /** Resolves when the client has hung up. */
  closed: Promise<unknown>
}

/** How the talker answers a `response.create`; may also break anything it likes. */
export type Talk = (send: (event: Event) => void, socket: WebSocket) => void

/** A stand-in for OpenAI's realtime WebSocket that says whatever a test wants. */
export interface Talker {
  /** For `OPENAI_BASE_URL`. */
  baseUrl: string
  conversations: Conversation[]
  talk(how: Talk): void
  /** Answers the next upgrades with this status and error code instead; nothing: no more. */
  refuse(refusal?: { status: number; code: string }): void
  close(): Promise<void>
}

export async function startTalker(): Promise<Talker> {
  const conversations: Conversation[] = []
  let how: Talk = () => {}
  let refusal: { status: number; code: string } | undefined
  const server = createServer((_request, response) => response.end('{"object":"list","data":[]}'))
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, socket, head) => {
    if (refusal) {
      const body = JSON.stringify({ error: { code: refusal.code, type: 'invalid_request_error', message: 'No.' } })
      socket.end(`HTTP/1.1 ${refusal.status} No\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`)
      return
    }
    sockets.handleUpgrade(request, socket, head, client => {
      const conversation: Conversation = { request, events: [], closed: once(client, 'close') }
      conversations.push(conversation)
      const send = (event: Event) => client.send(JSON.stringify({ event_id: 'event_1', ...event }))
      client.on('message', text => {
        const event = JSON.parse(String(text)) as Event
        conversation.events.push(event)
        if (event.type === 'session.update') send({ type: 'session.updated', session: event.session })
        if (event.type === 'response.create') how(send, client)
      })
      send({ type: 'session.created', session: {} })
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    conversations,
    talk(next) {
      how = next
    },
    refuse(next) {
      refusal = next
    },
    async close() {
      for (const client of sockets.clients) client.terminate()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Says this, in pieces of a tenth of a second, all at once. */
export function saying(sound: Sound, transcript: string): Talk {
  return send => {
    const pcm = Buffer.from(toPcm(sound))
    for (let at = 0; at < pcm.length; at += 4800)
      send({ type: 'response.output_audio.delta', delta: pcm.subarray(at, at + 4800).toString('base64') })
    send({ type: 'response.output_audio_transcript.done', transcript })
    send({ type: 'response.done', response: { status: 'completed', usage: USAGE } })
  }
}

const USAGE = {
  total_tokens: 1000,
  input_tokens: 900,
  output_tokens: 100,
  input_token_details: {
    text_tokens: 900,
    audio_tokens: 0,
    cached_tokens: 100,
    cached_tokens_details: { text_tokens: 100 },
  },
  output_token_details: { text_tokens: 20, audio_tokens: 80 },
}

import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { answerOffer } from '../../packages/emulator/src/media/peer.ts'
import type { Pcm, Peer, PeerFault, VadEvent } from '../../packages/emulator/src/media/types.ts'
import { createVad } from '../../packages/emulator/src/media/vad.ts'

/** The other end of a call: what it heard, and what it can do. */
export interface Answered {
  peer: Peer
  opened: Promise<void>
  /** The first event that came. */
  message: Promise<string>
  /** When the first speech started and stopped. */
  turn: Promise<VadEvent[]>
  /** Why the page is gone. */
  closed: Promise<string>
}

/** Takes offers over HTTP as OpenAI does, and answers them by the emulator's peer, with nobody behind it. */
export interface Answering {
  url: string
  /** The call that is answered next. */
  next(): Promise<Answered>
  /** Of calls from now on. */
  fail(how: PeerFault | undefined): void
  hangUpAll(): void
  close(): void
}

export async function startAnswering(): Promise<Answering> {
  let fault: PeerFault | undefined
  let waiting = Promise.withResolvers<Answered>()
  const calls: Answered[] = []

  async function answered(offer: string): Promise<Answered> {
    const opened = Promise.withResolvers<void>()
    const message = Promise.withResolvers<string>()
    const turn = Promise.withResolvers<VadEvent[]>()
    const closed = Promise.withResolvers<string>()
    const vad = createVad({ threshold: 0.5, prefixPaddingMs: 300, silenceDurationMs: 500 })
    const heard: VadEvent[] = []
    function onFrame(frame: Pcm): void {
      const event = vad.push(frame)
      if (event && heard.push(event) === 2) turn.resolve(heard)
    }
    function onOpen(): void {
      peer.send('{"type":"session.created"}')
      opened.resolve()
    }
    const events = { onOpen, onMessage: message.resolve, onFrame, onClosed: closed.resolve }
    const peer = await answerOffer(offer, events, fault)
    return { peer, opened: opened.promise, message: message.promise, turn: turn.promise, closed: closed.promise }
  }

  const server: Server = createServer(async (request, response) => {
    response.setHeader('access-control-allow-origin', '*')
    response.setHeader('access-control-allow-headers', 'authorization, content-type')
    if (request.method === 'OPTIONS') {
      response.writeHead(204).end()
      return
    }
    const call = await answered(await text(request))
    calls.push(call)
    response.writeHead(201, { 'content-type': 'application/sdp' }).end(call.peer.answer)
    waiting.resolve(call)
    waiting = Promise.withResolvers()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/realtime/calls`,
    next: () => waiting.promise,
    fail(how) {
      fault = how
    },
    hangUpAll() {
      for (const { peer } of calls.splice(0)) peer.close()
    },
    close: () => void server.close(),
  }
}

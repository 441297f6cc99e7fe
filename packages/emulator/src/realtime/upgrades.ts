import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { type WebSocket, WebSocketServer } from 'ws'
import { type ApiError, invalidUrl } from '../errors.ts'
import type { Fault } from '../fault-words.ts'
import type { Outcome } from '../http.ts'
import { outageOf } from '../outages.ts'
import type { CallParts } from './calls.ts'
import { type Meeting, welcome } from './sockets.ts'

export type UpgradeParts = CallParts & {
  strikeSideband(): Fault | undefined
  /** Told how each upgrade was answered: 101, or the status of an error; `none` if never. */
  onUpgrade(outcome: Outcome): void
}

const PATH = '/v1/realtime'

/** OpenAI's limit on one `input_audio_buffer.append` is 15 MiB. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024

const refuse = (socket: Duplex, { status, body }: ApiError) => {
  const text = JSON.stringify(body)
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`,
  )
}

/** Faults that strike before a sideband is joined. @returns whether it may go on. */
const survives = async (socket: Duplex, fault: Fault | undefined, onUpgrade: UpgradeParts['onUpgrade']) => {
  if (!fault || fault.kind === 'drop') return true
  await sleep(fault.delayMs, undefined, { ref: false })
  if (!fault.kind) return true
  onUpgrade(fault.error?.status ?? 'none')
  if (fault.error) refuse(socket, fault.error)
  if (fault.kind === 'reset') socket.destroy()
  return false
}

const dropLater = (client: WebSocket, fault: Fault | undefined) => {
  if (fault?.kind === 'drop') setTimeout(() => client.terminate(), fault.delayMs).unref()
}

/** Takes upgrades for as long as the emulator runs. */
export const createUpgrades = (parts: UpgradeParts) => {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    handleProtocols: offered => (offered.has('realtime') ? 'realtime' : false),
  })

  const meet = (client: WebSocket, answer: Meeting, fault: Fault | undefined) => {
    parts.onUpgrade(101)
    // Whoever breaks the protocol is cut off by ws itself.
    client.on('error', () => {})
    answer.meet(client)
    dropLater(client, fault)
  }

  const upgrade = async (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost')
    if (pathname !== PATH) return refuse(socket, invalidUrl('GET', pathname))
    const fault = searchParams.has('call_id') ? parts.strikeSideband() : undefined
    if (!(await survives(socket, fault, parts.onUpgrade))) return
    const answer = await welcome(request, searchParams, parts)
    if ('error' in answer) {
      parts.onUpgrade(answer.error.status)
      return refuse(socket, answer.error)
    }
    server.handleUpgrade(request, socket, head, client => meet(client, answer, fault))
  }

  return (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    upgrade(request, socket, head).catch(() => refuse(socket, outageOf(500)))
  }
}

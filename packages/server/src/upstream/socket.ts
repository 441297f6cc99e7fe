import type { IncomingMessage } from 'node:http'
import type { WebSocket } from 'ws'
import type { Config } from '../config/config.ts'
import { at, parseJson } from '../json.ts'
import { identityHeaders, type UpstreamIdentity } from './identity-headers.ts'
import { BREAKAGES, type Failure, judgeStatus } from './outcome.ts'
import { errorNames } from './scrub.ts'

/** A server event of the Realtime API. Only `type` was checked; everything else may be anything. */
export type RealtimeEvent = { type: string } & Record<string, unknown>

/** A session of its own with a model, or the sideband of a call that is under way. */
export type SocketTarget = { model: string } | { callId: string }

export interface SocketHandlers {
  /** Called for each event, in order. A message that is not a JSON object with a `type` is left out. Must not throw. */
  onEvent(event: RealtimeEvent): void
  /** Called once, when an open socket has ended, whoever ended it. `code` is the close code; 1006 for a broken line. */
  onClose(code: number): void
}

export interface RealtimeSocket {
  /** Sends one client event; lost if the socket has closed meanwhile. */
  send(event: { type: string } & Record<string, unknown>): void
  close(): void
}

/** A socket that did not open. */
export class SocketRefused extends Error {
  readonly failure: Failure
  /** HTTP status, where OpenAI answered with one. */
  readonly status: number | undefined

  constructor(failure: Failure, status?: number, cause?: unknown) {
    super(failure.type, { cause })
    this.failure = failure
    this.status = status
  }
}

/** Room for the largest events there are: a whole conversation item with its audio; bytes. */
const MAX_MESSAGE_BYTES = 8 * 1_048_576
/** A peer that has not been heard of for one to two of these is taken for dead; milliseconds. */
export const HEARTBEAT_MS = 10_000
/** As much of a refusal as is read to learn its error code, bytes. */
const MAX_REFUSAL_BYTES = 65_536

type SocketConfig = UpstreamIdentity & Pick<Config, 'OPENAI_BASE_URL' | 'UPSTREAM_TIMEOUT_MS'>

/**
 * Opens `wss://…/realtime` with the server's key (npm `openai@7.57.0`, `realtime/internal-base.mjs`). Resolves when it is
 * open; rejects with `SocketRefused`, or with the signal's reason. Aborting the signal cuts it at any time.
 */
export async function openRealtimeSocket(
  config: SocketConfig,
  target: SocketTarget,
  handlers: SocketHandlers,
  signal: AbortSignal,
): Promise<RealtimeSocket> {
  const { WebSocket } = await loadSockets()
  signal.throwIfAborted()
  const socket = new WebSocket(addressOf(config.OPENAI_BASE_URL, target), {
    headers: identityHeaders(config),
    handshakeTimeout: config.UPSTREAM_TIMEOUT_MS,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
    followRedirects: false,
  })
  const cut = () => socket.terminate()
  signal.addEventListener('abort', cut, { once: true })
  socket.once('close', () => signal.removeEventListener('abort', cut))
  socket.once('open', () => socket.once('close', code => handlers.onClose(code)))
  socket.on('message', (data, isBinary) => {
    const event = isBinary ? undefined : readEvent(String(data))
    if (event) handlers.onEvent(event)
  })
  await opened(socket, signal, config.UPSTREAM_TIMEOUT_MS)
  keepAlive(socket)
  return {
    send: event => socket.send(JSON.stringify(event), () => {}),
    close: () => socket.close(1000),
  }
}

/** Loads what sockets need. On demand: an idle service that opens none does without it. */
export function loadSockets(): Promise<typeof import('ws')> {
  return import('ws')
}

function addressOf(baseUrl: string, target: SocketTarget): string {
  const [name, value] = 'model' in target ? ['model', target.model] : ['call_id', target.callId]
  return `${baseUrl.replace(/^http/, 'ws')}/realtime?${name}=${encodeURIComponent(value)}`
}

function opened(socket: WebSocket, signal: AbortSignal, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('open', resolve)
    // Errors come after this too, each followed by `close`; unheard they would end the process.
    socket.on('error', error => reject(signal.aborted ? signal.reason : brokenLine(error)))
    socket.once('unexpected-response', (_request, response) => {
      readRefusal(response, timeoutMs).then(refused => {
        reject(refused)
        socket.terminate()
      })
    })
  })
}

function brokenLine(error: Error): SocketRefused {
  const timedOut = error.message === 'Opening handshake has timed out'
  return new SocketRefused(timedOut ? BREAKAGES.timeout : BREAKAGES.network, undefined, error)
}

/** Cuts a text that does not end within `timeoutMs`: the handshake's time-out is one of silence, which a drip puts off. */
async function readRefusal(response: IncomingMessage, timeoutMs: number): Promise<SocketRefused> {
  const status = response.statusCode ?? 0
  let text = ''
  const cut = setTimeout(() => response.destroy(), timeoutMs)
  try {
    for await (const chunk of response) if (text.length < MAX_REFUSAL_BYTES) text += chunk
  } catch {
    // A refusal is told by its status, however its text ends.
  } finally {
    clearTimeout(cut)
  }
  return new SocketRefused(judgeStatus(status, errorNames(at(parseJson(text), 'error'))), status)
}

function readEvent(text: string): RealtimeEvent | undefined {
  const value = parseJson(text)
  return typeof at(value, 'type') === 'string' ? (value as RealtimeEvent) : undefined
}

/** Cuts a line on which nothing comes back, not even the answer to a ping. */
function keepAlive(socket: WebSocket): void {
  let heard = true
  const hear = () => {
    heard = true
  }
  socket.on('pong', hear)
  socket.on('message', hear)
  const timer = setInterval(() => {
    if (!heard) return socket.terminate()
    heard = false
    socket.ping()
  }, HEARTBEAT_MS)
  socket.once('close', () => clearInterval(timer))
}

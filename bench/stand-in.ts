import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { INSTRUCTIONS } from './instructions.ts'

/** Stands in for OpenAI: right answers of the right size at once, for as little work as can be. */
export interface StandIn {
  port: number
  /** For `OPENAI_BASE_URL`. */
  baseUrl: string
  /** Whether `GET /models`, by which the service learns whether OpenAI can be reached, is answered with 200 or 503. */
  reachable: boolean
  /** How long a mint takes, milliseconds; 0, at once, unless told. */
  latencyMs: number
  close(): void
}

/** Long enough that no secret ends during a run, seconds. */
export const TTL_SECONDS = 7200

export async function startStandIn(): Promise<StandIn> {
  const server = createServer({ noDelay: true }, socket =>
    serve(
      socket,
      path => answer(path),
      () => standIn.latencyMs,
    ),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const sockets = new Set<Socket>()
  server.on('connection', socket => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  const standIn: StandIn = {
    port,
    baseUrl: `http://127.0.0.1:${port}/v1`,
    reachable: true,
    latencyMs: 0,
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
  const answer = (path: string) => {
    if (path !== '/v1/models') return mint()
    return standIn.reachable ? message('200 OK', '{"object":"list","data":[]}') : message('503 Unavailable', '{}')
  }
  return standIn
}

/** Reads requests one after another; none of our clients sends a second one before the first is answered. */
function serve(socket: Socket, answer: (path: string) => string, latencyMs: () => number): void {
  let received = Buffer.alloc(0)
  socket.on('error', () => socket.destroy())
  socket.on('data', chunk => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
    const headEnd = received.indexOf('\r\n\r\n')
    if (headEnd === -1) return
    const head = received.toString('latin1', 0, headEnd)
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0)
    if (received.length < headEnd + 4 + length) return
    received = Buffer.alloc(0)
    const write = () => socket.write(answer(head.split(' ', 2)[1] ?? ''), 'latin1')
    if (latencyMs() === 0) write()
    else setTimeout(write, latencyMs())
  })
}

/** What OpenAI echoes of the session, as in recorded answers. */
const SESSION = JSON.stringify({
  type: 'realtime',
  object: 'realtime.session',
  model: 'gpt-realtime-2.1',
  output_modalities: ['audio'],
  instructions: INSTRUCTIONS,
  tools: [],
  tool_choice: 'auto',
  max_output_tokens: 4096,
  tracing: null,
  truncation: 'auto',
  prompt: null,
  expires_at: 0,
  audio: {
    input: {
      format: { type: 'audio/pcm', rate: 24_000 },
      transcription: { model: 'gpt-realtime-whisper', language: null, prompt: null },
      noise_reduction: null,
      turn_detection: {
        type: 'server_vad',
        threshold: 0.5,
        prefix_padding_ms: 300,
        silence_duration_ms: 500,
        idle_timeout_ms: null,
        create_response: true,
        interrupt_response: true,
      },
    },
    output: { format: { type: 'audio/pcm', rate: 24_000 }, voice: 'verse', speed: 1 },
  },
  include: null,
}).slice(1)

const RUN = randomBytes(12).toString('hex')
let mints = 0

function mint(): string {
  const count = (mints++).toString(36).padStart(8, '0')
  const expiresAt = Math.floor(Date.now() / 1000) + TTL_SECONDS
  // As at OpenAI, no id tells anything of the secret; the service would keep such a one to itself.
  const body = `{"value":"ek_${RUN}${count}","expires_at":${expiresAt},"session":{"id":"sess_of_${count}",${SESSION}}`
  return message('200 OK', body, `for_${count}`)
}

function message(status: string, body: string, id = 'probe'): string {
  return (
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\nopenai-version: 2020-10-01\r\nopenai-processing-ms: 0\r\n` +
    `x-request-id: req_${id}\r\ncontent-length: ${body.length}\r\n\r\n${body}`
  )
}

import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request that the stand-in for OpenAI received. */
export interface Received {
  method: string
  url: string
  headers: IncomingMessage['headers']
  body: string
}

/** Answers one request in whatever way the test wants. `n` counts the requests that are not probes, from 0. */
export type Behaviour = (request: Received, response: ServerResponse, n: number) => void | Promise<void>

/** A stand-in for OpenAI that does whatever it is told, however wrong. */
export interface Upstream {
  /** For `OPENAI_BASE_URL`. */
  baseUrl: string
  /** All requests but the health probes (`GET /models`). */
  received: Received[]
  /** Replaces the behaviour from now on. */
  behave(behaviour: Behaviour): void
  close(): Promise<void>
}

let secrets = 0

/** A correct answer to a mint, unlike any other; `changes` overrides parts of it. */
export function goodSecret(changes: Record<string, unknown> = {}): Record<string, unknown> {
  secrets++
  return {
    value: `ek_${process.pid}_${secrets}_${Math.random().toString(36).slice(2)}`,
    expires_at: Math.floor(Date.now() / 1000) + 600,
    session: { id: `sess_${process.pid}_${secrets}`, object: 'realtime.session' },
    ...changes,
  }
}

/** Sends JSON, or text as it is. */
export function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}

/** An error in OpenAI's shape. */
export function openAiError(
  code: string | null,
  type = 'invalid_request_error',
  message = 'Something is wrong.',
): object {
  return { error: { message, type, param: null, code } }
}

/** Mints as OpenAI does. */
export const healthy: Behaviour = (_request, response) => send(response, 200, goodSecret())

/** Starts the stand-in. Probes are answered 200 unless `probe` says otherwise. */
export async function startUpstream(
  behaviour: Behaviour = healthy,
  probe: Behaviour = (_request, response) => send(response, 200, { object: 'list', data: [] }),
): Promise<Upstream> {
  let current = behaviour
  const received: Received[] = []
  const server = createServer((message, response) => {
    response.on('error', () => {})
    const chunks: Buffer[] = []
    message.on('data', chunk => chunks.push(chunk))
    message.on('end', () => {
      const { method = '', url = '', headers } = message
      const request = { method, url, headers, body: Buffer.concat(chunks).toString() }
      if (method === 'GET') return probe(request, response, 0)
      received.push(request)
      return current(request, response, received.length - 1)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    received,
    behave(next) {
      current = next
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

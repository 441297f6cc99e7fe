import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** How the stand-in for OpenAI behaves. */
export type Mood = 'well' | 'slow' | 'flapping' | 'resetting' | 'garbage' | 'too late'

/** A stand-in that can fall ill and recover. */
export interface StandIn {
  port: number
  mood: Mood
  /** Milliseconds of a mint while it is well. */
  latencyMs: number
  /** Breaks all connections, as a balancer that restarts. */
  disconnect(): void
  close(): Promise<void>
}

/** Mints and probes of a slow one, milliseconds: within the time of an attempt. */
const SLOW_MS = 800
/** A flapping one changes its mind this often, milliseconds. */
const FLAP_MS = 300

let secrets = 0

const MOODS: Record<Exclude<Mood, 'too late' | 'slow'>, (response: ServerResponse, mint: boolean) => void> = {
  well: good,
  flapping: (response, mint) => {
    if (Math.floor(Date.now() / FLAP_MS) % 2 === 0) good(response, mint)
    else
      json(response, 500, {
        error: { message: 'The server had an error.', type: 'server_error', code: null, param: null },
      })
  },
  resetting: response => void response.socket?.resetAndDestroy(),
  garbage: response => json(response, 200, ['<html>', null, { value: 5 }]),
}

export async function startStandIn(lateMs: number): Promise<StandIn> {
  const sockets = new Set<Socket>()
  const server = createServer((message, response) => {
    message.resume()
    response.on('error', () => {})
    message.on('end', () => {
      const mint = message.method === 'POST'
      const { mood } = standIn
      if (mood === 'slow') setTimeout(good, SLOW_MS, response, mint)
      else if (mood === 'too late') setTimeout(good, lateMs, response, mint)
      else if (standIn.latencyMs > 0 && mood === 'well') setTimeout(good, standIn.latencyMs, response, mint)
      else MOODS[mood](response, mint)
    })
  })
  server.on('connection', socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const standIn: StandIn = {
    port: (server.address() as AddressInfo).port,
    mood: 'well',
    latencyMs: 20,
    disconnect() {
      for (const socket of sockets) socket.destroy()
    },
    async close() {
      server.close()
      standIn.disconnect()
      await once(server, 'close')
    },
  }
  return standIn
}

function good(response: ServerResponse, mint: boolean): void {
  if (!mint) {
    json(response, 200, { object: 'list', data: [] })
    return
  }
  secrets++
  const value = `ek_${process.pid}_${secrets}`
  // By the real clock, whatever the service believes the time to be.
  json(response, 200, { value, expires_at: Math.floor(Date.now() / 1000) + 600, session: { id: `sess_${secrets}` } })
}

function json(response: ServerResponse, status: number, body: unknown): void {
  if (response.destroyed) return
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

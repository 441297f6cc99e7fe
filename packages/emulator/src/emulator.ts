import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BetaForm } from './beta.ts'
import { createFaults } from './faults.ts'
import { createHeard } from './heard.ts'
import { changeLatency, type Latencies } from './latency.ts'
import { type Counts, createLedger, type RecordedRequest } from './ledger.ts'
import { type CallRecord, createCallBook, type Hangup } from './realtime/call-book.ts'
import type { Realtime } from './realtime/realtime.ts'
import { createRoutes } from './routes.ts'
import { createSecrets } from './secrets.ts'
import { createListener } from './serve.ts'

export type EmulatorOptions = {
  /** Where to listen: 127.0.0.1 unless told. */
  host?: string
  /** 0, the default, takes any free port. */
  port?: number
  /** The one key to accept; any that begins with `sk-` unless told. */
  apiKey?: string
  /** Serve the removed `POST /v1/realtime/sessions`; with `'string'` its `client_secret` is the bare secret. */
  beta?: boolean | 'string'
  /** How long each mint takes, in milliseconds from 0 (the default) to an hour. */
  latencyMs?: number
  /** How long the answer to an SDP offer takes, likewise. */
  callLatencyMs?: number
  /** How long a reply takes to begin, likewise. */
  replyLatencyMs?: number
  /** A secret opens one session only: false unless told. */
  singleUse?: boolean
  /** How long a session may last, in seconds up to OpenAI's hour, which is the default. */
  sessionSeconds?: number
  /** With false no WebRTC and no voice: offers get an answer that leads nowhere, sound is timed by the clock. */
  media?: boolean
  /** What humans say, turn by turn; see `setHeard`. */
  heard?: readonly string[]
  /** Faults to begin with, for instance `mint:status=429,retry-after=2,times=3`. */
  faults?: string
  /** Keep the last 1000 requests for `requests`: true unless told. */
  record?: boolean
  /** Who may use `/_emulator/`: `loopback` unless told. */
  controlFrom?: 'loopback' | 'anywhere'
  /** Milliseconds since the epoch: decides expiry and which models have been shut down. */
  now?: () => number
  /** Takes a line for each request that OpenAI would not know: standard error unless told. */
  log?: (line: string) => void
}

export type Emulator = {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  /** What OpenAI's clients call their base URL: `url` and `/v1`. */
  readonly baseUrl: string
  readonly port: number
  /** Replaces the faults. @throws FaultSyntaxError that lists the vocabulary. */
  setFaults(text: string): void
  clearFaults(): void
  /** Changes how long a mint, or what else is named, takes. @throws RangeError outside 0 ms to an hour. */
  setLatency(ms: number, of?: keyof Latencies): void
  /**
   * Changes what humans are taken to say, turn by turn, since nobody here understands speech.
   * @throws RangeError unless it is 1 to 100 phrases of 1 to 500 characters.
   */
  setHeard(phrases: readonly string[]): void
  /** The last 1000 calls, oldest first. */
  readonly calls: readonly CallRecord[]
  /** The last 1000 requests to hang up, oldest first. */
  readonly hangups: readonly Hangup[]
  /** The last 1000 requests under `/v1`, oldest first; keys are masked. */
  readonly requests: readonly RecordedRequest[]
  /** How many requests were answered with what. */
  readonly counts: Counts
  /** How many secrets were made. */
  readonly mints: number
  /** Drops every connection, answered or not. */
  close(): Promise<void>
}

/** Longer than clients keep idle connections, so that none is closed under a request. */
const KEEP_ALIVE_MS = 75_000

const betaForm = (beta: EmulatorOptions['beta']): BetaForm | undefined => {
  if (!beta) return undefined
  return beta === 'string' ? 'string' : 'object'
}

const MAX_SESSION_SECONDS = 3600

const sessionSeconds = (asked = MAX_SESSION_SECONDS) => {
  if (asked > 0 && asked <= MAX_SESSION_SECONDS) return asked
  throw new RangeError(`a session lasts more than 0 and up to ${MAX_SESSION_SECONDS} seconds`)
}

const hostInUrl = (host: string) => (host.includes(':') ? `[${host}]` : host)

/**
 * Starts a stand-in for OpenAI's Realtime API.
 * @throws FaultSyntaxError or RangeError for bad options; the system's error if the port is taken.
 */
export const startEmulator = async (options: EmulatorOptions = {}): Promise<Emulator> => {
  const { host = '127.0.0.1', now = Date.now, log = line => process.stderr.write(`${line}\n`) } = options
  const faults = createFaults(options.faults ?? '')
  const latency: Latencies = { mint: 0, call: 0, reply: 0 }
  changeLatency(latency, 'mint', options.latencyMs ?? 0)
  changeLatency(latency, 'call', options.callLatencyMs ?? 0)
  changeLatency(latency, 'reply', options.replyLatencyMs ?? 0)
  const heard = createHeard(options.heard)
  const ledger = createLedger(options.record ?? true)
  const secrets = createSecrets(now, options.singleUse)
  const book = createCallBook()
  const mintParts = { apiKey: options.apiKey, now, secrets }

  const load = async (): Promise<Realtime> => {
    const { createRealtime } = await import('./realtime/realtime.ts')
    return createRealtime({
      ...mintParts,
      book,
      withMedia: options.media ?? true,
      sessions: {
        sessionSeconds: sessionSeconds(options.sessionSeconds),
        heard: heard.next,
        strikeReply: () => faults.strike('reply'),
        replyLatencyMs: () => latency.reply,
      },
      strikeSideband: () => faults.strike('sideband'),
      onUpgrade: status => ledger.count('GET /v1/realtime', status),
    })
  }
  let loading: Promise<Realtime> | undefined
  const realtime = () => {
    loading ??= load()
    return loading
  }

  const findRoute = createRoutes({ ...mintParts, realtime }, betaForm(options.beta))
  const controlFromAnywhere = options.controlFrom === 'anywhere'
  const { calls } = book
  const server = createServer(
    createListener({ findRoute, faults, latency, ledger, secrets, heard, calls, log, controlFromAnywhere }),
  )
  server.on('upgrade', async (request, socket, head) => (await realtime()).upgrade(request, socket, head))
  server.keepAliveTimeout = KEEP_ALIVE_MS
  server.listen(options.port ?? 0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const url = `http://${hostInUrl(host)}:${port}`

  return {
    url,
    baseUrl: `${url}/v1`,
    port,
    setFaults: text => faults.set(text),
    clearFaults: () => faults.set(''),
    setLatency: (ms, of = 'mint') => changeLatency(latency, of, ms),
    setHeard: heard.set,
    requests: ledger.requests,
    counts: ledger.counts,
    calls,
    hangups: book.hangups,
    get mints() {
      return secrets.issued
    },
    close: async () => {
      ;(await loading)?.close()
      await new Promise<void>(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
    },
  }
}

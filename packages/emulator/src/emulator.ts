import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BetaForm } from './beta.ts'
import { changeLatency } from './control.ts'
import { createFaults } from './faults.ts'
import { type Counts, createLedger, type RecordedRequest } from './ledger.ts'
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
  /** Changes how long a mint takes. @throws RangeError outside 0 ms to an hour. */
  setLatency(ms: number): void
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

const hostInUrl = (host: string) => (host.includes(':') ? `[${host}]` : host)

/**
 * Starts a stand-in for the REST side of OpenAI's Realtime API.
 * @throws FaultSyntaxError or RangeError for bad options; the system's error if the port is taken.
 */
export const startEmulator = async (options: EmulatorOptions = {}): Promise<Emulator> => {
  const { host = '127.0.0.1', now = Date.now, log = line => process.stderr.write(`${line}\n`) } = options
  const faults = createFaults(options.faults ?? '')
  const latency = { ms: 0 }
  changeLatency(latency, options.latencyMs ?? 0)
  const ledger = createLedger(options.record ?? true)
  const secrets = createSecrets(now)
  const routes = createRoutes({ apiKey: options.apiKey, now, secrets }, betaForm(options.beta))
  const controlFromAnywhere = options.controlFrom === 'anywhere'
  const server = createServer(createListener({ routes, faults, latency, ledger, secrets, log, controlFromAnywhere }))
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
    setLatency: ms => changeLatency(latency, ms),
    requests: ledger.requests,
    counts: ledger.counts,
    get mints() {
      return secrets.issued
    },
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

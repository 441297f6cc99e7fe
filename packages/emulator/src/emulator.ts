import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BetaForm } from './beta.ts'
import { createFaults } from './faults.ts'
import { createHeard } from './heard.ts'
import { changeLatency, type Latencies } from './latency.ts'
import { createLedger } from './ledger.ts'
import { type Emulator, type EmulatorOptions, sessionSeconds } from './options.ts'
import { createCallBook } from './realtime/call-book.ts'
import type { Realtime } from './realtime/realtime.ts'
import { createRoutes } from './routes.ts'
import { createSecrets } from './secrets.ts'
import { createListener } from './serve.ts'

export type { Emulator, EmulatorOptions } from './options.ts'

/** Longer than clients keep idle connections, so that none is closed under a request. */
const KEEP_ALIVE_MS = 75_000

const betaForm = (beta: EmulatorOptions['beta']): BetaForm | undefined => {
  if (!beta) return undefined
  return beta === 'string' ? 'string' : 'object'
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
  const limitSeconds = sessionSeconds(options.sessionSeconds)
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
      mediaAddress: options.media === false ? undefined : (options.mediaAddress ?? '127.0.0.1'),
      sessions: {
        sessionSeconds: limitSeconds,
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
    // A client that would upgrade to something else is answered as it is.
    { shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket' },
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

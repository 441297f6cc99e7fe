import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { BetaForm } from './beta.ts'
import { changeLatency } from './latency.ts'
import type { MintParts } from './mint.ts'
import { type Emulator, type EmulatorOptions, sessionSeconds } from './options.ts'
import type { Realtime, RealtimeParts } from './realtime/realtime.ts'
import { createRoutes } from './routes.ts'
import { createListener } from './serve.ts'
import { createState, type State } from './state.ts'

export type { Emulator, EmulatorOptions } from './options.ts'

/** Longer than clients keep idle connections, so that none is closed under a request. */
const KEEP_ALIVE_MS = 75_000

const betaForm = (beta: EmulatorOptions['beta']): BetaForm | undefined => {
  if (!beta) return undefined
  return beta === 'string' ? 'string' : 'object'
}

const hostInUrl = (host: string) => (host.includes(':') ? `[${host}]` : host)

/** Calls and sockets are loaded for the first who asks for them. */
const onDemand = (parts: RealtimeParts) => {
  const load = async () => (await import('./realtime/realtime.ts')).createRealtime(parts)
  let loading: Promise<Realtime> | undefined
  return () => {
    loading ??= load()
    return loading
  }
}

const realtimeParts = (options: EmulatorOptions, state: State, mintParts: MintParts): RealtimeParts => {
  const { book, faults, heard, latency, ledger } = state
  return {
    ...mintParts,
    book,
    mediaAddress: options.media === false ? undefined : (options.mediaAddress ?? '127.0.0.1'),
    sessions: {
      sessionSeconds: sessionSeconds(options.sessionSeconds),
      heard: heard.next,
      strikeReply: () => faults.strike('reply'),
      replyLatencyMs: () => latency.reply,
    },
    strikeSideband: () => faults.strike('sideband'),
    onUpgrade: outcome => ledger.count('GET /v1/realtime', outcome),
  }
}

/** What whoever started the emulator may do with it. */
const handleOf = (
  { book, faults, heard, latency, ledger, secrets }: State,
  address: Pick<Emulator, 'url' | 'port'>,
  close: Emulator['close'],
): Emulator => ({
  ...address,
  baseUrl: `${address.url}/v1`,
  setFaults: text => faults.set(text),
  clearFaults: () => faults.set(''),
  setLatency: (ms, of = 'mint') => changeLatency(latency, of, ms),
  setHeard: heard.set,
  requests: ledger.requests,
  counts: ledger.counts,
  calls: book.calls,
  hangups: book.hangups,
  get mints() {
    return secrets.issued
  },
  close,
})

/**
 * Starts a stand-in for OpenAI's Realtime API.
 * @throws FaultSyntaxError or RangeError for bad options; the system's error if the port is taken.
 */
export const startEmulator = async (options: EmulatorOptions = {}): Promise<Emulator> => {
  const { host = '127.0.0.1', now = Date.now, log = line => process.stderr.write(`${line}\n`) } = options
  const state = createState(options, now)
  const mintParts = { apiKey: options.apiKey, now, secrets: state.secrets }
  const realtime = onDemand(realtimeParts(options, state, mintParts))
  const findRoute = createRoutes({ ...mintParts, realtime }, betaForm(options.beta))
  const controlFromAnywhere = options.controlFrom === 'anywhere'
  const server = createServer(
    // A client that would upgrade to something else is answered as it is.
    { shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket' },
    createListener({ ...state, calls: state.book.calls, findRoute, log, controlFromAnywhere }),
  )
  server.on('upgrade', async (request, socket, head) => (await realtime()).upgrade(request, socket, head))
  /** The server's own account leaves out those that are upgraded, or wait to be. */
  const connections = new Set<Socket>()
  server.on('connection', socket => {
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
  })
  server.keepAliveTimeout = KEEP_ALIVE_MS
  server.listen(options.port ?? 0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return handleOf(state, { url: `http://${hostInUrl(host)}:${port}`, port }, async () => {
    state.book.endAll()
    await new Promise<void>(resolve => {
      server.close(() => resolve())
      for (const socket of connections) socket.destroy()
    })
  })
}

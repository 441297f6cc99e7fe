import type { Calls, createCalls } from './calls/calls.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config/config.ts'
import { clientHasher, type HashClient } from './identity/client-hash.ts'
import type { VerifyJwt } from './identity/jwt.ts'
import { type IsOperator, operatorCheck } from './identity/operator.ts'
import { type IssueCredential, issuer } from './issue.ts'
import type { Lifecycle } from './lifecycle.ts'
import { type LagMeter, lagMeter } from './limits/lag.ts'
import { memoryRates, type Rates } from './limits/rates.ts'
import { type ReportLimits, reportLimits } from './limits/reports.ts'
import { turns } from './limits/turns.ts'
import { fixedWindows, type Windows } from './limits/windows.ts'
import { createMonitor, type Monitor } from './monitor/monitor.ts'
import type { Gauges } from './monitor/points.ts'
import type { Scrubbed } from './observe/cause.ts'
import { createEvents, type Events } from './observe/events.ts'
import type { Logger } from './observe/log.ts'
import { createMetrics, type Metrics } from './observe/metrics.ts'
import { noPool } from './pool/no-pool.ts'
import { type Pool, secretPool } from './pool/pool.ts'
import { type ReadReportKey, reportKeyReader, reportKeySigner, type SignReportKey } from './report-key.ts'
import { deriveSecret } from './secret.ts'
import type { Store } from './store/redis.ts'
import { type OpenAi, openAi } from './upstream/openai.ts'
import { scrub } from './upstream/scrub.ts'
import type { VoiceSharing } from './voice/sharing.ts'
import { type VoiceStats, voiceStats } from './voice/stats.ts'
import { type ReadWindow, windowReader } from './voice/windows.ts'

/** Everything the application stands on, put together once. */
export interface Service {
  config: Config
  clock: Clock
  startedAt: Date
  lifecycle: Lifecycle
  openai: OpenAi
  issue: IssueCredential
  /** Null in ephemeral mode. */
  calls: Calls | null
  pool: Pool
  signReportKey: SignReportKey
  readReportKey: ReadReportKey
  reports: ReportLimits
  isOperator: IsOperator
  verifyJwt: VerifyJwt | null
  /** By address. */
  badJwts: Windows
  /** By address. */
  badReportKeys: Windows
  /** Null where everything is counted in this process. */
  store: Store | null
  rates: Rates
  lag: LagMeter
  stats: VoiceStats
  /** Null where nothing is shared. */
  sharing: VoiceSharing | null
  readWindow: ReadWindow
  /** Null where there are no operators to watch. */
  monitor: Monitor | null
  metrics: Metrics
  events: Events
}

/** Bad JWTs that an address may send in a minute; and as many bad report keys. */
const BAD_TOKENS_PER_MINUTE = 10

export async function createService(config: Config, clock: Clock, logger: Logger): Promise<Service> {
  const lifecycle: Lifecycle = { draining: false, cutAt: Number.POSITIVE_INFINITY }
  const stats = voiceStats(clock.now)
  const hashClient = clientHasher(config.CLIENT_HASH_SECRET)
  const metrics = createMetrics({
    openAiConnected: () => openai.health.connected,
    circuitOpen: () => openai.breaker.state.name !== 'closed',
    openAiInFlight: () => openai.load.inFlight,
    pool: () => pool.stats(),
    storeUp: () => store?.up ?? null,
    logLinesLost: () => logger.linesLost,
  })
  const apiKey = config.OPENAI_API_KEY.reveal()
  const lag = lagMeter(clock.mono)
  const monitor = config.ADMIN_TOKEN
    ? createMonitor({
        clock,
        readWindow: window => readWindow(window),
        readGauges: () => readGauges(openai, pool, lag),
      })
    : null
  const scrubbed: Scrubbed = (text, ...confidential) => scrub(text, [apiKey, ...confidential])
  const events = createEvents({ logger, metrics, stats, monitor, hashClient, scrubbed, clock })
  const openai = openAi(config, clock, {
    ...events,
    connectionChanged(connected) {
      events.connectionChanged(connected)
      if (connected) pool.topUp()
    },
  })
  const store = await createStore(config, clock, events)
  const sharing = await createSharing(config, stats, store, clock)
  const readWindow = windowReader(stats, sharing)
  const reportSecret = deriveSecret(config.CLIENT_HASH_SECRET, 'report-key')
  const pool = config.POOL_ENABLED ? secretPool(config, openai, clock, events.poolRests) : noPool()
  const calls = await createCallsIfUnified({ config, clock, openai, store, hashClient }, logger, metrics, scrubbed)
  const issue =
    calls?.issue ??
    issuer({
      config,
      openai,
      pool,
      turns: turns(config.RATE_LIMIT_BURST, config.UPSTREAM_DEADLINE_MS),
      hashClient,
      lifecycle,
      clock,
    })
  return {
    config,
    clock,
    startedAt: new Date(clock.now()),
    lifecycle,
    openai,
    pool,
    issue,
    calls,
    signReportKey: reportKeySigner(reportSecret),
    readReportKey: reportKeyReader(reportSecret),
    reports: reportLimits(config, store, clock),
    isOperator: operatorCheck(config.ADMIN_TOKEN),
    verifyJwt: await createVerifier(config, clock, events),
    badJwts: fixedWindows(BAD_TOKENS_PER_MINUTE, 60_000, clock.mono),
    badReportKeys: fixedWindows(BAD_TOKENS_PER_MINUTE, 60_000, clock.mono),
    store,
    rates: await createRates(config, clock, store, hashClient, events),
    lag,
    stats,
    sharing,
    readWindow,
    monitor,
    metrics,
    events,
  }
}

/** For the monitor. */
function readGauges({ breaker, health, load }: OpenAi, pool: Pool, lag: LagMeter): Gauges {
  return {
    breaker: breaker.state.name,
    openai_connected: health.connected,
    openai_in_flight: load.inFlight,
    pool_ready: pool.stats().entries,
    lag_ms: Math.round(lag.milliseconds),
  }
}

type CallsParts = Omit<Parameters<typeof createCalls>[0], 'events'>

/** Calls and their sockets are loaded only where they are placed. */
async function createCallsIfUnified(
  parts: CallsParts,
  logger: Logger,
  metrics: Metrics,
  scrubbed: Scrubbed,
): Promise<Calls | null> {
  if (parts.config.CALL_MODE !== 'unified') return null
  const { createCalls } = await import('./calls/calls.ts')
  const { createCallEvents } = await import('./observe/call-events.ts')
  const { loadSockets } = await import('./upstream/socket.ts')
  // Now, so that the first call need not wait for it.
  await loadSockets()
  const calls: Calls = createCalls({
    ...parts,
    events: createCallEvents(logger, metrics.registry, () => calls.keeper.active, scrubbed),
  })
  return calls
}

/** Loads the JWT library only where callers need a JWT: it is a good part of the memory of an idle service. */
async function createVerifier({ jwt }: Config, clock: Clock, events: Events): Promise<VerifyJwt | null> {
  if (!jwt) return null
  const { jwtVerifier } = await import('./identity/jwt.ts')
  return jwtVerifier(jwt, clock, events.keySetFetched)
}

/** The Redis client is loaded only where it is used, for the same reason. */
async function createStore(config: Config, clock: Clock, events: Events): Promise<Store | null> {
  if (!config.REDIS_URL) return null
  const { connectStore, patienceOf } = await import('./store/redis.ts')
  return connectStore(config.REDIS_URL, clock, events.storeChanged, patienceOf(config))
}

/** Where there are no operators nobody could read what is shared. */
async function createSharing(
  config: Config,
  stats: VoiceStats,
  store: Store | null,
  clock: Clock,
): Promise<VoiceSharing | null> {
  if (!store || !config.ADMIN_TOKEN) return null
  const { shareVoiceStats } = await import('./voice/sharing.ts')
  return shareVoiceStats(stats, store, clock.now)
}

async function createRates(
  config: Config,
  clock: Clock,
  store: Store | null,
  hashClient: HashClient,
  events: Events,
): Promise<Rates> {
  if (!store) return memoryRates(config, clock)
  const { halved, sharedRates } = await import('./limits/shared-rates.ts')
  return sharedRates(config, store, hashClient, memoryRates(halved(config), clock), events.ratedAlone)
}

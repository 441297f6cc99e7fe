import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import type { HashClient } from '../identity/client-hash.ts'
import type { IssueCredential } from '../issue.ts'
import type { CallEvents } from '../observe/call-events.ts'
import { deriveSecret } from '../secret.ts'
import type { Store } from '../store/redis.ts'
import { type CallsApi, callsApi } from '../upstream/calls.ts'
import type { OpenAi } from '../upstream/openai.ts'
import { openRealtimeSocket } from '../upstream/socket.ts'
import { callKeeper, type Keeper } from './keeper.ts'
import { memoryCallStore } from './memory/store.ts'
import { callMeter } from './meter.ts'
import { callPlacer, type PlaceCall } from './placing.ts'
import { sealWith } from './redis/seal.ts'
import { redisCallStore } from './redis/store.ts'
import type { CallStore } from './store.ts'
import { endCallsAtTheEnd, type Tending, tendCalls } from './tending.ts'
import { ticketIssuer } from './tickets.ts'

/** Unified calls, put together. */
export interface Calls {
  issue: IssueCredential
  place: PlaceCall
  keeper: Keeper
  store: CallStore
  tending: Tending
}

interface CallsParts {
  config: Config
  clock: Clock
  openai: OpenAi
  /** Null where everything is kept in this process. */
  store: Store | null
  hashClient: HashClient
  events: CallEvents
}

export function createCalls(parts: CallsParts): Calls {
  const { config, clock, openai, events } = parts
  const store = createCallStore(parts)
  const api: CallsApi = callsApi(config, openai, clock, id => {
    events.orphaned(id)
    void keeper.end(id, 'caller_gone')
  })
  const keeper: Keeper = callKeeper({
    config,
    clock,
    store,
    api,
    join: (callId, handlers, signal) => openRealtimeSocket(config, { callId }, handlers, signal),
    meterFor: model => callMeter(model, config.TRANSCRIPTION_MODEL, config.prices),
    events,
  })
  return {
    issue: ticketIssuer(config, store, parts.hashClient, clock),
    place: callPlacer({ config, clock, store, api, keeper, events }),
    keeper,
    store,
    tending: parts.store ? tendCalls(store, keeper, events, clock.mono) : endCallsAtTheEnd(keeper),
  }
}

function createCallStore({ config, clock, store }: CallsParts): CallStore {
  const limits = {
    maxCalls: config.MAX_CALLS,
    maxCallsPerClient: config.MAX_CALLS_PER_CLIENT,
    dailyUsd: config.DAILY_USD_BUDGET,
    clientDailyUsd: config.CLIENT_DAILY_USD,
  }
  const ticketMs = config.TOKEN_TTL_SECONDS * 1000
  const historyMs = config.CALL_HISTORY_SECONDS * 1000
  if (!store) return memoryCallStore(limits, ticketMs, historyMs, clock)
  const seal = sealWith(deriveSecret(config.CLIENT_HASH_SECRET, 'calls'))
  const times = { ticketMs, placingMs: config.UPSTREAM_DEADLINE_MS, historyMs }
  return redisCallStore(store, limits, times, seal, randomUUID())
}

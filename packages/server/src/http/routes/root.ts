import type { FastifyInstance } from 'fastify'
import type { Config } from '../../config/config.ts'
import type { PoolStats } from '../../pool/pool.ts'
import { SERVICE_NAME, VERSION } from '../../version.ts'
import { count, names, number, object, table, text } from '../json-schema.ts'

/** Where to go, and whether it is there to be gone to. */
const ENDPOINTS: Record<string, [endpoint: string, isOn?: (config: Config) => boolean]> = {
  token: ['POST /v1/realtime/token'],
  options: ['GET /v1/realtime/options'],
  calls: ['POST /v1/realtime/calls', isUnified],
  call: ['GET /v1/realtime/calls/{id}', isUnified],
  end_call: ['DELETE /v1/realtime/calls/{id}', isUnified],
  list_calls: ['GET /v1/realtime/calls', config => isUnified(config) && hasOperators(config)],
  voice_reports: ['POST /v1/voice/reports'],
  voice_metrics: ['GET /v1/voice/metrics', hasOperators],
  voice_test: ['POST /v1/voice/test', hasOperators],
  voice_events: ['GET /v1/voice/events', hasOperators],
  monitor: ['GET /monitor', hasOperators],
  self_check: ['GET /v1/self-check', hasOperators],
  health: ['GET /healthz'],
  ready: ['GET /readyz'],
  docs: ['GET /docs'],
  openapi: ['GET /openapi.json'],
  metrics: ['GET /metrics', ({ METRICS_ENABLED }) => METRICS_ENABLED],
}

function isUnified({ CALL_MODE }: Config): boolean {
  return CALL_MODE === 'unified'
}

function hasOperators({ ADMIN_TOKEN }: Config): boolean {
  return ADMIN_TOKEN !== undefined
}

const reply = object({
  service: text(),
  version: text(),
  status: names(['operational']),
  endpoints: table(text()),
  cache_stats: object({
    entries: count('Unused secrets ready.'),
    hits: count('Requests served from them.'),
    misses: count('Requests that had to wait for OpenAI.'),
    hit_rate: number('0 to 1.'),
    minted: count('Secrets made ahead of demand.'),
    expired_unused: count('Of these, never used.'),
  }),
})

/** `GET /`: what this is, and where to go. */
export function rootRoute(app: FastifyInstance, poolStats: () => PoolStats, config: Config): void {
  const on = Object.entries(ENDPOINTS).filter(([, [, isOn]]) => isOn?.(config) ?? true)
  const endpoints = Object.fromEntries(on.map(([name, [endpoint]]) => [name, endpoint]))
  app.get('/', {
    schema: {
      operationId: 'getService',
      tags: ['Health'],
      summary: 'What this service is',
      response: { 200: reply },
    },
    handler: async () => ({
      service: SERVICE_NAME,
      version: VERSION,
      status: 'operational',
      endpoints,
      cache_stats: withHitRate(poolStats()),
    }),
  })
}

/** The share of requests that were served from the pool, 0 to 1. */
function withHitRate({ entries, hits, misses, ...rest }: PoolStats) {
  const requests = hits + misses
  return { entries, hits, misses, hit_rate: requests === 0 ? 0 : hits / requests, ...rest }
}

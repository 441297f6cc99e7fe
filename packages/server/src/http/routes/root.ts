import type { FastifyInstance } from 'fastify'
import type { PoolStats } from '../../pool/pool.ts'
import { SERVICE_NAME, VERSION } from '../../version.ts'
import { rootReply } from '../schemas.ts'

const ENDPOINTS = {
  token: 'POST /v1/realtime/token',
  options: 'GET /v1/realtime/options',
  voice_reports: 'POST /v1/voice/reports',
  voice_metrics: 'GET /v1/voice/metrics',
  voice_test: 'POST /v1/voice/test',
  voice_events: 'GET /v1/voice/events',
  monitor: 'GET /monitor',
  self_check: 'GET /v1/self-check',
  health: 'GET /healthz',
  ready: 'GET /readyz',
  docs: 'GET /docs',
  openapi: 'GET /openapi.json',
  metrics: 'GET /metrics',
}

const CALL_ENDPOINTS = {
  calls: 'POST /v1/realtime/calls',
  call: 'GET /v1/realtime/calls/{id}',
  end_call: 'DELETE /v1/realtime/calls/{id}',
  list_calls: 'GET /v1/realtime/calls',
}

/** `GET /`: what this is, and where to go. */
export function rootRoute(app: FastifyInstance, poolStats: () => PoolStats, unified: boolean): void {
  const endpoints = unified ? { ...ENDPOINTS, ...CALL_ENDPOINTS } : ENDPOINTS
  app.get('/', {
    schema: {
      operationId: 'getService',
      tags: ['Health'],
      summary: 'What this service is',
      response: { 200: rootReply },
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

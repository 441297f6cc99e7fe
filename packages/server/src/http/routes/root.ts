import type { FastifyInstance } from 'fastify'
import { SERVICE_NAME, VERSION } from '../../version.ts'
import { RootReply } from '../schemas.ts'

/** What `cache_stats` tells of the pool of unused secrets. */
export interface CacheStats {
  entries: number
  hits: number
  misses: number
  hit_rate: number
  minted: number
  expired_unused: number
}

const ENDPOINTS = {
  token: 'POST /v1/realtime/token',
  options: 'GET /v1/realtime/options',
  voice_metrics: 'GET /v1/voice/metrics',
  health: 'GET /healthz',
  ready: 'GET /readyz',
  docs: 'GET /docs',
  openapi: 'GET /openapi.json',
  metrics: 'GET /metrics',
}

/** `GET /`: what this is, and where to go. */
export function rootRoute(app: FastifyInstance, cacheStats: () => CacheStats): void {
  app.get('/', {
    schema: { operationId: 'getService', summary: 'What this service is', response: { 200: RootReply } },
    handler: async () => ({
      service: SERVICE_NAME,
      version: VERSION,
      status: 'operational',
      endpoints: ENDPOINTS,
      cache_stats: cacheStats(),
    }),
  })
}

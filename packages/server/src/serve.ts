import type { Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { buildApp } from './app.ts'
import { systemClock } from './clock.ts'
import type { Config } from './config/config.ts'
import { type Connections, drain, unusedConnections } from './drain.ts'
import { backpressure } from './http/backpressure.ts'
import type { Log } from './observe/log.ts'
import { createService, type Service } from './service.ts'
import { probeRegularly } from './upstream/health.ts'
import { SERVICE_NAME, VERSION } from './version.ts'

/** What the demo adds to the application before it listens. */
export type Extend = (app: FastifyInstance) => void

/** How long the first probe may hold up the start, so that the first callers find OpenAI's state known, milliseconds. */
const FIRST_PROBE_MS = 300

/** Of the grace, what is kept for hanging calls up after the drain, though requests could use all of it; milliseconds. */
const HANG_UPS_MS = 2000

/** Listens until `stop` resolves, then drains. Resolves with all connections closed. Rejects if it cannot listen. */
export async function serve(config: Config, log: Log, stop: Promise<void>, extend: Extend = () => {}): Promise<void> {
  const service = await createService(config, systemClock, log.logger)
  const app = await buildApp(service)
  extend(app)
  await Promise.race([service.openai.probe(), sleep(FIRST_PROBE_MS, undefined, { ref: false })])
  const stopProbing = probeRegularly(service.openai.probe, config.HEALTH_CHECK_INTERVAL * 1000)
  const connections = { unused: unusedConnections(app.server), pressure: backpressure(app.server) }
  await app.listen({ port: config.PORT, host: config.HOST })
  const address = app.server.address()
  const port = typeof address === 'object' ? address?.port : config.PORT
  log.logger.info({ version: VERSION, node: process.version, host: config.HOST, port }, `${SERVICE_NAME} is listening`)

  await stop
  log.logger.info('Draining: no longer ready, still serving.')
  const graceEnds = await drainServer(app.server, connections, service)
  stopProbing()
  await close(service, graceEnds)
  log.logger.info('Stopped.')
  log.flush()
}

/** Resolves when all connections are closed, with the end of the grace by the monotonic clock. */
async function drainServer(server: Server, connections: Connections, service: Service): Promise<number> {
  const { lifecycle, config, calls, monitor } = service
  const delayMs = config.SHUTDOWN_DELAY_SECONDS * 1000
  const graceMs = config.SHUTDOWN_GRACE_SECONDS * 1000
  const drainMs = calls ? Math.max(graceMs / 2, graceMs - HANG_UPS_MS) : graceMs
  const graceBegins = systemClock.mono() + delayMs
  lifecycle.draining = true
  lifecycle.cutAt = graceBegins + drainMs
  monitor?.end()
  calls?.tending.drain()
  await sleep(delayMs)
  await drain(server, connections, drainMs)
  return graceBegins + graceMs
}

/** What is still needed by another comes later. */
async function close({ calls, openai, sharing, store, lag }: Service, graceEnds: number): Promise<void> {
  await calls?.tending.stop(graceEnds - systemClock.mono())
  await openai.close()
  await sharing?.stop()
  store?.close()
  lag.stop()
}

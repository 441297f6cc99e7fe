import { Counter, Gauge, type Registry } from 'prom-client'
import type { PoolStats } from '../pool/pool.ts'

/** What is read when Prometheus asks. */
export interface Readings {
  openAiConnected(): boolean
  circuitOpen(): boolean
  openAiInFlight(): number
  pool(): PoolStats
  /** Null where no store is configured. */
  storeUp(): boolean | null
  logLinesLost(): number
}

/** Adds the metrics that have their value elsewhere. */
export function registerReadings(registry: Registry, readings: Readings): void {
  const registers = [registry]
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read())
      },
    })
  gauge('parker_openai_connected', 'Whether the last probe or mint reached OpenAI.', () =>
    Number(readings.openAiConnected()),
  )
  gauge('parker_circuit_open', 'Whether the circuit breaker keeps requests from OpenAI.', () =>
    Number(readings.circuitOpen()),
  )
  gauge('parker_openai_in_flight', 'Mints under way.', () => readings.openAiInFlight())
  gauge('parker_store_up', 'Whether REDIS_URL was reached at the last try; -1 where none is set.', () => {
    const up = readings.storeUp()
    return up === null ? -1 : Number(up)
  })
  gauge('parker_pool_ready', 'Unused secrets ready.', () => readings.pool().entries)
  const counted = (name: string, help: string, read: () => number) =>
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset()
        this.inc(read())
      },
    })
  counted('parker_log_lines_lost_total', 'Log lines lost, because nobody read them.', readings.logLinesLost)
  counted('parker_pool_hits_total', 'Requests served from the pool.', () => readings.pool().hits)
  counted('parker_pool_misses_total', 'Requests that found nothing ready.', () => readings.pool().misses)
  counted('parker_pool_minted_total', 'Secrets made ahead of demand.', () => readings.pool().minted)
  counted('parker_pool_expired_unused_total', 'Of these, dropped unused.', () => readings.pool().expired_unused)
}

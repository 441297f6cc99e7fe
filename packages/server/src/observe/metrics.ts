import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { VERSION } from '../version.ts'
import { hotCounter, hotHistogram } from './hot-metrics.ts'
import { type Readings, registerReadings } from './readings.ts'
import { voiceMetrics } from './voice-metrics.ts'

/** From a warm answer (well under a millisecond) to the longest deadline. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** Every metric of the service, by Prometheus's naming rules: base units, `_total` on counters, bounded labels. */
export type Metrics = ReturnType<typeof createMetrics>

export function createMetrics(readings: Readings) {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry, prefix: 'parker_' })
  registerReadings(registry, readings)

  const keySetFetches = new Counter({
    name: 'parker_key_set_fetches_total',
    help: 'Fetches of AUTH_JWKS_URL, by outcome: ok or failed.',
    labelNames: ['outcome'] as const,
    registers,
  })
  // Both are there from the start, so that the first failure is growth.
  for (const outcome of ['ok', 'failed']) keySetFetches.inc({ outcome }, 0)
  new Gauge({ name: 'parker_build_info', help: 'Constant 1.', labelNames: ['version'], registers }).set(
    { version: VERSION },
    1,
  )

  return {
    registry,
    requests: hotCounter({
      name: 'parker_http_requests_total',
      help: 'Answered requests.',
      labelNames: ['route', 'status'],
      registers,
    }),
    requestSeconds: hotHistogram({
      name: 'parker_http_request_duration_seconds',
      help: 'From the arrival of the head to the end of the answer.',
      labelNames: ['route'],
      buckets: SECONDS,
      registers,
    }),
    errors: hotCounter({
      name: 'parker_errors_total',
      help: 'Error answers, by type.',
      labelNames: ['type'],
      registers,
    }),
    tokens: hotCounter({
      name: 'parker_tokens_issued_total',
      help: 'Credentials handed out.',
      labelNames: ['model', 'voice', 'difficulty', 'mode', 'pool'],
      registers,
    }),
    keySetFetches,
    ...voiceMetrics(registers),
    ratedAlone: new Counter({
      name: 'parker_store_fallbacks_total',
      help: 'Requests counted in memory, at half of each limit, because the store was away.',
      registers,
    }),
    attempts: hotCounter({
      name: 'parker_openai_attempts_total',
      help: 'Attempts at OpenAI, by outcome.',
      labelNames: ['outcome'],
      registers,
    }),
    attemptSeconds: hotHistogram({
      name: 'parker_openai_attempt_duration_seconds',
      help: 'Time of one attempt at OpenAI.',
      buckets: SECONDS,
      registers,
    }),
    ownSeconds: hotHistogram({
      name: 'parker_token_own_duration_seconds',
      help: 'Time of a token request less the time spent at OpenAI.',
      buckets: SECONDS,
      registers,
    }),
  }
}

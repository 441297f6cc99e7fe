import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** From a misclick to the longest call that OpenAI allows. */
const CALL_SECONDS = [5, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600]

/** The metrics of unified calls. `active` is read when Prometheus asks. */
export function createCallMetrics(registry: Registry, active: () => number) {
  const registers = [registry]
  new Gauge({
    name: 'parker_calls_active',
    help: 'Calls that this instance watches.',
    registers,
    collect() {
      this.set(active())
    },
  })
  const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Counter<Label>({ name, help, labelNames, registers })

  return {
    placed: counter('parker_calls_placed_total', 'Calls placed.', 'model'),
    ended: counter('parker_calls_ended_total', 'Calls ended, by the one reason of each.', 'reason'),
    usd: counter('parker_call_usd_total', 'USD that ended calls have cost by the price table.', 'model'),
    tokens: counter('parker_call_tokens_total', 'Tokens of ended calls.', 'model', 'kind'),
    drifts: counter('parker_call_drifts_total', 'Foreign changes of a session, by what was done.', 'action'),
    dropped: counter('parker_call_sideband_drops_total', 'Lines into calls that were lost or did not come about.'),
    failed: counter('parker_call_hang_up_failures_total', 'Hang-ups that did not hold and were tried again.'),
    taken: counter('parker_calls_taken_over_total', 'Calls of instances that died or stopped, now watched here.'),
    faults: counter('parker_call_faults_total', 'Faults of our own while we watched over calls, by place.', 'place'),
    seconds: new Histogram({
      name: 'parker_call_duration_seconds',
      help: 'How long calls lasted.',
      buckets: CALL_SECONDS,
      registers,
    }),
  }
}

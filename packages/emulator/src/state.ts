import { createFaults } from './faults.ts'
import { createHeard } from './heard.ts'
import { changeLatency, type Latencies } from './latency.ts'
import { createLedger } from './ledger.ts'
import type { EmulatorOptions } from './options.ts'
import { createCallBook } from './realtime/call-book.ts'
import { createSecrets } from './secrets.ts'

const latenciesOf = ({ latencyMs = 0, callLatencyMs = 0, replyLatencyMs = 0 }: EmulatorOptions): Latencies => {
  const latency: Latencies = { mint: 0, call: 0, reply: 0 }
  changeLatency(latency, 'mint', latencyMs)
  changeLatency(latency, 'call', callLatencyMs)
  changeLatency(latency, 'reply', replyLatencyMs)
  return latency
}

/**
 * What an emulator goes by and what it keeps, each of which may change while it runs.
 * @param now milliseconds since the epoch.
 * @throws FaultSyntaxError or RangeError for bad options.
 */
export const createState = (options: EmulatorOptions, now: () => number) => ({
  faults: createFaults(options.faults ?? ''),
  latency: latenciesOf(options),
  heard: createHeard(options.heard),
  ledger: createLedger(options.record ?? true),
  secrets: createSecrets(now, options.singleUse),
  book: createCallBook(),
})

export type State = ReturnType<typeof createState>

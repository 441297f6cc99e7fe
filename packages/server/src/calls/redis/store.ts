import type { Store } from '../../store/redis.ts'
import type { CallLimits, CallStore } from '../store.ts'
import { redisAccounts } from './accounts.ts'
import type { CallTimes } from './kept.ts'
import { redisLeases } from './leases.ts'
import { redisReceipts } from './receipts.ts'
import { runIn } from './run.ts'
import type { Seal } from './seal.ts'
import { redisTickets } from './tickets.ts'

/** Tickets and calls in Redis, for all instances together. `instance` is a name that no other process has. */
export function redisCallStore(
  store: Store,
  limits: CallLimits,
  times: CallTimes,
  seal: Seal,
  instance: string,
): CallStore {
  const run = runIn(store)
  return {
    ...redisTickets(run, limits, times, seal),
    ...redisLeases(run, instance, times.historyMs, seal),
    ...redisAccounts(run, times),
    ...redisReceipts(run, times.historyMs),
  }
}

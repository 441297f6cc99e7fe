import { msToMidnight } from '../../clock.ts'
import { dayTotals } from '../../limits/day-totals.ts'
import type { CallLimits, Exhausted } from '../store.ts'

/** What was spent on a UTC day, by client and in all. */
export interface SpendBook {
  add(client: string, usd: number): void
  /** Which budget of a client's new call is used up, if any is. */
  exhausted(client: string): Exhausted | undefined
}

/**
 * In memory, where the clients of a day are bounded. One that was forgotten had spent least and begins anew; what it has spent
 * still counts for all together.
 */
export function spendBook(limits: Pick<CallLimits, 'dailyUsd' | 'clientDailyUsd'>, now: () => number): SpendBook {
  const dayAt = dayTotals()
  return {
    add: (client, usd) => dayAt(now()).add(client, usd),
    exhausted(client) {
      const time = now()
      const today = dayAt(time)
      const whole = limits.dailyUsd > 0 && today.all >= limits.dailyUsd
      const own = limits.clientDailyUsd > 0 && today.of(client) >= limits.clientDailyUsd
      return whole || own ? { kind: whole ? 'budget' : 'own_budget', resetsIn: msToMidnight(time) } : undefined
    },
  }
}

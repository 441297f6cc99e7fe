import { msToMidnight } from '../../clock.ts'
import { dayTotals } from '../../limits/day-totals.ts'
import type { CallLimits } from '../store.ts'

/** What was spent on a UTC day, by client and in all. */
export interface SpendBook {
  add(client: string, usd: number): void
  /** Milliseconds until the day ends, where a budget is used up. */
  exhausted(client: string): number | undefined
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
      return whole || own ? msToMidnight(time) : undefined
    },
  }
}

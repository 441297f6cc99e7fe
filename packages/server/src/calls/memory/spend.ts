import { dayOf, msToMidnight } from '../../clock.ts'
import type { CallLimits } from '../store.ts'

/** What was spent on a UTC day, by client and in all. */
export interface SpendBook {
  add(client: string, usd: number): void
  /** Milliseconds until the day ends, where a budget is used up. */
  exhausted(client: string): number | undefined
}

/** Days in memory: the clients of one are forgotten with it. */
export function spendBook(limits: Pick<CallLimits, 'dailyUsd' | 'clientDailyUsd'>, now: () => number): SpendBook {
  let day = -1
  let total = 0
  let byClient = new Map<string, number>()

  function turnTo(time: number): void {
    const today = dayOf(time)
    if (today === day) return
    day = today
    total = 0
    byClient = new Map()
  }

  return {
    add(client, usd) {
      turnTo(now())
      total += usd
      byClient.set(client, (byClient.get(client) ?? 0) + usd)
    },
    exhausted(client) {
      const time = now()
      turnTo(time)
      const whole = limits.dailyUsd > 0 && total >= limits.dailyUsd
      const own = limits.clientDailyUsd > 0 && (byClient.get(client) ?? 0) >= limits.clientDailyUsd
      return whole || own ? msToMidnight(time) : undefined
    },
  }
}

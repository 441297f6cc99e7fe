import { msToMidnight } from '../clock.ts'
import { once } from '../once.ts'
import { dayTotals } from './day-totals.ts'

/** What is counted for a UTC day: credentials, for each client and for all together. */
export interface Budgets {
  /** Takes one credential from both budgets, or says which is used up. */
  reserve(client: string): Reservation
}

export type Reservation = { granted: true; giveBack(): void } | { granted: false; limit: number; resetsIn: number }

const NOTHING_RESERVED: Reservation = { granted: true, giveBack() {} }

/**
 * Daily budgets in memory; 0 turns one off. A reservation that is given back after midnight changes nothing, since the
 * day it was taken from is over. Beyond `maxClients` those who took least begin anew; the global budget still holds.
 */
export function dailyBudgets(perClient: number, global: number, now: () => number, maxClients?: number): Budgets {
  if (perClient === 0 && global === 0) return { reserve: () => NOTHING_RESERVED }
  // Without a budget of their own clients need not be told apart, nor a crowd of them be sorted.
  const dayAt = dayTotals(perClient > 0 ? maxClients : 1)

  return {
    reserve(client) {
      const time = now()
      const today = dayAt(time)
      const resetsIn = msToMidnight(time)
      if (perClient > 0 && today.of(client) >= perClient) return { granted: false, limit: perClient, resetsIn }
      if (global > 0 && today.all >= global) return { granted: false, limit: global, resetsIn }
      today.add(client, 1)
      return { granted: true, giveBack: once(() => today.add(client, -1)) }
    },
  }
}

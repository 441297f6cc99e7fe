import { dayOf, msToMidnight } from '../clock.ts'

/** What is counted for a UTC day: credentials, for each client and for all together. */
export interface Budgets {
  /** Takes one credential from both budgets, or says which is used up. */
  reserve(client: string): Reservation
}

export type Reservation = { granted: true; giveBack(): void } | { granted: false; limit: number; resetsIn: number }

interface Day {
  number: number
  total: number
  byClient: Map<string, number>
}

const NOTHING_RESERVED: Reservation = { granted: true, giveBack() {} }

/**
 * Daily budgets in memory; 0 turns one off. A reservation that is given back after midnight changes nothing, since the
 * day it was taken from is over. At `maxClients` the client seen first is forgotten; the global budget still holds.
 */
export function dailyBudgets(perClient: number, global: number, now: () => number, maxClients = 50_000): Budgets {
  if (perClient === 0 && global === 0) return { reserve: () => NOTHING_RESERVED }
  let day: Day = { number: -1, total: 0, byClient: new Map() }

  return {
    reserve(client) {
      const time = now()
      const number = dayOf(time)
      if (number !== day.number) day = { number, total: 0, byClient: new Map() }
      const today = day
      const used = today.byClient.get(client) ?? 0
      const resetsIn = msToMidnight(time)
      if (perClient > 0 && used >= perClient) return { granted: false, limit: perClient, resetsIn }
      if (global > 0 && today.total >= global) return { granted: false, limit: global, resetsIn }
      const [first] = today.byClient.keys()
      if (used === 0 && first !== undefined && today.byClient.size >= maxClients) today.byClient.delete(first)
      add(today, client, 1)
      return { granted: true, giveBack: once(() => add(today, client, -1)) }
    },
  }
}

function add(day: Day, client: string, amount: 1 | -1): void {
  day.total += amount
  const used = (day.byClient.get(client) ?? 0) + amount
  if (used > 0) day.byClient.set(client, used)
  else day.byClient.delete(client)
}

function once(act: () => void): () => void {
  let done = false
  return () => {
    if (!done) act()
    done = true
  }
}

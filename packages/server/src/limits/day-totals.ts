import { dayOf } from '../clock.ts'

/** What is counted on one UTC day, for each client and for all together. */
export interface Day {
  readonly all: number
  of(client: string): number
  /** A negative amount takes back what was counted on this day. */
  add(client: string, amount: number): void
}

/**
 * Totals of days in memory: gives the day of a time by the wall clock, and forgets the one before. The clients of a day are
 * bounded: beyond `maxClients` those with the smallest totals are forgotten, of equal ones those seen first, and count anew.
 * So whoever is near a limit is known to it until as many others are as near, and what all have used is always exact.
 */
export function dayTotals(maxClients = 50_000): (time: number) => Day {
  let number = Number.NaN
  let day: Day = emptyDay(maxClients)
  return time => {
    const today = dayOf(time)
    if (today !== number) {
      number = today
      day = emptyDay(maxClients)
    }
    return day
  }
}

function emptyDay(maxClients: number): Day {
  const byClient = new Map<string, number>()
  let all = 0
  return {
    get all() {
      return all
    },
    of: client => byClient.get(client) ?? 0,
    add(client, amount) {
      all += amount
      const total = (byClient.get(client) ?? 0) + amount
      if (total <= 0) return void byClient.delete(client)
      if (byClient.size >= maxClients && !byClient.has(client)) forgetSmallest(byClient)
      byClient.set(client, total)
    },
  }
}

/** A tenth at once, so that a crowd does not have them sorted for each client that comes. */
function forgetSmallest(totals: Map<string, number>): void {
  const ascending = [...totals].sort(([, a], [, b]) => a - b)
  for (const [client] of ascending.slice(0, Math.ceil(totals.size / 10))) totals.delete(client)
}

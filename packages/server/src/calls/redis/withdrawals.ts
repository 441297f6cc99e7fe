import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Admissions whose answers did not come. The store may have made them all the same, so they are taken back as soon as it
 * answers: the caller was told to try again, and finds its ticket and its room as they were.
 */
export interface Withdrawals {
  /** Takes back, in the background, what an attempt may have got for the ticket. */
  begin(hash: string, withdraw: () => Promise<unknown>): void
  /** Whether it is not known yet how this ticket stands. */
  has(hash: string): boolean
}

/** Between tries, which cost nothing while the store is known to be down, milliseconds. */
const RETRY_MS = 200

/** Gives up after `forMs` at the earliest, when slot and ticket have lapsed by themselves. */
export function withdrawals(forMs: number): Withdrawals {
  /** Of attempts, of which a ticket may have several. */
  const hashes = new Map<symbol, string>()

  async function carryOut(withdraw: () => Promise<unknown>): Promise<void> {
    for (let waited = 0; waited < forMs; waited += RETRY_MS) {
      await sleep(RETRY_MS, undefined, { ref: false })
      try {
        return void (await withdraw())
      } catch {
        // The store is still away.
      }
    }
  }

  return {
    begin(hash, withdraw) {
      const attempt = Symbol()
      hashes.set(attempt, hash)
      void carryOut(withdraw).finally(() => hashes.delete(attempt))
    },
    has: hash => [...hashes.values()].includes(hash),
  }
}

import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Admissions whose answers did not come. The store may have made them all the same, so they are taken back as soon as it
 * answers: the caller was told to try again, and finds its ticket and its room as they were.
 */
export interface Withdrawals {
  /** Takes back, in the background, what this attempt may have got for the ticket. */
  begin(hash: string, attempt: string): void
  /** Whether it is not known yet how this ticket stands. */
  has(hash: string): boolean
}

/** Between tries, which cost nothing while the store is known to be down, milliseconds. */
const RETRY_MS = 200

/** Gives up after `forMs` at the earliest, when slot and ticket have lapsed by themselves. */
export function withdrawals(withdraw: (hash: string, attempt: string) => Promise<unknown>, forMs: number): Withdrawals {
  const hashes = new Map<string, string>()

  async function carryOut(hash: string, attempt: string): Promise<void> {
    for (let waited = 0; waited < forMs; waited += RETRY_MS) {
      await sleep(RETRY_MS, undefined, { ref: false })
      try {
        return void (await withdraw(hash, attempt))
      } catch {
        // The store is still away.
      }
    }
  }

  return {
    begin(hash, attempt) {
      hashes.set(attempt, hash)
      void carryOut(hash, attempt).finally(() => hashes.delete(attempt))
    },
    has: hash => [...hashes.values()].includes(hash),
  }
}

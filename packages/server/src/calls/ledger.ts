import { addUsage, noUsage, type Usage } from './call.ts'

/** Writes what a call uses to the store. */
export interface Ledger {
  add(usage: Usage): void
  /** Resolves when everything added so far was tried; what the store missed is kept for the next time. */
  flush(): Promise<void>
}

/** One write at a time. What the store does not take is added to the next write. */
export function usageLedger(write: (usage: Usage) => Promise<void>, onMissed: () => void): Ledger {
  let owed = noUsage()
  let writing = Promise.resolve()

  async function pay(): Promise<void> {
    const due = owed
    if (due.responses === 0 && due.transcribedSeconds === 0 && due.transcribedTokens === 0) return
    owed = noUsage()
    try {
      await write(due)
    } catch {
      addUsage(owed, due)
      onMissed()
    }
  }

  return {
    add(usage) {
      addUsage(owed, usage)
      writing = writing.then(pay)
    },
    flush() {
      writing = writing.then(pay)
      return writing
    },
  }
}

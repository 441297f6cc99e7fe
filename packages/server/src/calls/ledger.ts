import { randomUUID } from 'node:crypto'
import { addUsage, noUsage, type Usage } from './call.ts'

/** Writes what a call uses to the store. */
export interface Ledger {
  add(usage: Usage): void
  /** Resolves when everything added so far was tried; what the store missed is kept for the next time. */
  flush(): Promise<void>
}

/** An addition to what a call has used. The store books the numbers of one writer, which grow, once each. */
export interface Entry {
  writer: string
  number: number
  usage: Usage
}

/**
 * One write at a time. One that failed may have been booked all the same, only too late for us to hear of it. So it is
 * written again unchanged, under its number, until it holds; what is added meanwhile waits for the next number.
 */
export function usageLedger(write: (entry: Entry) => Promise<void>, onMissed: (cause: unknown) => void): Ledger {
  const writer = randomUUID()
  let number = 0
  let unsure: Entry | undefined
  let owed = noUsage()
  let writing = Promise.resolve()

  function nextEntry(): Entry | undefined {
    if (owed.responses === 0 && owed.transcribedSeconds === 0 && owed.transcribedTokens === 0) return undefined
    const entry = { writer, number: ++number, usage: owed }
    owed = noUsage()
    return entry
  }

  async function pay(): Promise<void> {
    try {
      for (unsure ??= nextEntry(); unsure; unsure = nextEntry()) await write(unsure)
    } catch (cause) {
      onMissed(cause)
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

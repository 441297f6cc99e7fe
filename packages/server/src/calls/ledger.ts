import { randomUUID } from 'node:crypto'
import type { Usage } from './call.ts'
import { serialWriter } from './serial-writer.ts'

/** Writes what a call uses to the store. */
export interface Ledger {
  /** `id`: OpenAI's name for what used it; undefined where it gave none. */
  add(usage: Usage, id: string | undefined): void
  /** Resolves when everything added so far was tried, with whether it is booked; what the store missed is kept for the next time. */
  flush(): Promise<boolean>
}

/** One use of a call's. The store books each name once. */
export interface Entry {
  name: string
  usage: Usage
}

/**
 * Entries that are owed are written at once: in turn they would keep a slow store busy for long. One that failed may have
 * been booked all the same, only too late for us to hear of it; and while this instance is cut off from the store, another
 * may watch the same call. So an entry bears the name that OpenAI gave, is written until it holds, and is booked once
 * whoever writes it.
 */
export function usageLedger(write: (entry: Entry) => Promise<void>, onMissed: (cause: unknown) => void): Ledger {
  const heard = new Map<string, number>()
  const owed = new Set<Entry>()
  const flush = serialWriter(async () => {
    const tries = await Promise.allSettled([...owed].map(pay))
    const missed = tries.find(({ status }) => status === 'rejected')
    if (missed) throw (missed as PromiseRejectedResult).reason
  }, onMissed)

  async function pay(entry: Entry): Promise<void> {
    await write(entry)
    owed.delete(entry)
  }

  /** What names the same thing again is another use of it: nothing is used for free. */
  function nameOf(id: string): string {
    const before = heard.get(id) ?? 0
    heard.set(id, before + 1)
    return before === 0 ? id : `${id}#${before}`
  }

  return {
    add(usage, id = randomUUID()) {
      owed.add({ name: nameOf(id), usage })
      void flush()
    },
    flush,
  }
}

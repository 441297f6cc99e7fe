/** Tells the store how often a call's session was changed. */
export interface DriftAccount {
  /** It was changed once more. */
  changed(): void
  /** Resolves when the number of now was tried; what the store missed is told the next time. */
  flush(): Promise<void>
}

/** One write at a time, always of the whole number: to write it again does no harm. */
export function driftAccount(write: () => Promise<void>, onMissed: (cause: unknown) => void): DriftAccount {
  let untold = false
  let writing = Promise.resolve()

  async function tell(): Promise<void> {
    if (!untold) return
    untold = false
    try {
      await write()
    } catch (cause) {
      untold = true
      onMissed(cause)
    }
  }

  function flush(): Promise<void> {
    writing = writing.then(tell)
    return writing
  }

  return {
    changed() {
      untold = true
      void flush()
    },
    flush,
  }
}

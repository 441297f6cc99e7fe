import { serialWriter } from './serial-writer.ts'

/** Tells the store how often a call's session was changed. */
export interface DriftAccount {
  /** It was changed once more. */
  changed(): void
  /** Resolves when the number of now was tried, with whether the store has it; what it missed is told the next time. */
  flush(): Promise<boolean>
}

/** Writes always the whole number: to write it again does no harm. */
export function driftAccount(write: () => Promise<void>, onMissed: (cause: unknown) => void): DriftAccount {
  let changes = 0
  let told = 0
  const flush = serialWriter(async () => {
    const seen = changes
    if (seen === told) return
    await write()
    told = seen
  }, onMissed)

  return {
    changed() {
      changes++
      void flush()
    },
    flush,
  }
}

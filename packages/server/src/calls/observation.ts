/** Tells when a call could not be watched for `UNOBSERVED_MS`. */
export interface Observation {
  /** A line is open. It counts once it has held for a second. */
  found(): void
  /** There is no line any more, or still none. */
  lost(): void
  stop(): void
}

/** A call that nobody has watched for so long is hung up, milliseconds. */
export const UNOBSERVED_MS = 30_000
/** A line that has held for so long counts as one, milliseconds. */
const STEADY_MS = 1000

/** Begins without a line. */
export function observation(onUnobserved: () => void, onSteady: () => void): Observation {
  let blind: NodeJS.Timeout | undefined = setTimeout(onUnobserved, UNOBSERVED_MS)
  let steady: NodeJS.Timeout | undefined
  return {
    found() {
      steady = setTimeout(() => {
        clearTimeout(blind)
        blind = undefined
        onSteady()
      }, STEADY_MS)
    },
    lost() {
      clearTimeout(steady)
      blind ??= setTimeout(onUnobserved, UNOBSERVED_MS)
    },
    stop() {
      clearTimeout(steady)
      clearTimeout(blind)
    },
  }
}

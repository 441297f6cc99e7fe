/**
 * Work that is done once, however often it is asked for; also when it is done, asking fails once the signal has come. A
 * failure that nobody waits for is no unhandled one.
 */
export function once(work: () => Promise<void>, signal: AbortSignal): () => Promise<void> {
  let running: Promise<void> | undefined
  return () => {
    running ??= work()
    const told = running.then(() => signal.throwIfAborted())
    told.catch(() => {})
    return told
  }
}

/**
 * Work that is done once, however often it is asked for. When the signal has come, asking fails with its reason: also if the
 * work was done before, or never ends; it is not begun any more. A failure that nobody waits for is no unhandled one.
 */
export function once(work: () => Promise<void>, signal: AbortSignal): () => Promise<void> {
  const over = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  over.catch(() => {})
  let running: Promise<void> | undefined
  return () => {
    if (!signal.aborted) running ??= work()
    const told = Promise.race([over, running])
    told.catch(() => {})
    return told
  }
}

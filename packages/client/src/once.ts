/** Work that is done once, however often it is asked for. A failure that nobody waits for is no unhandled one. */
export function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  return () => {
    running ??= work()
    running.catch(() => {})
    return running
  }
}

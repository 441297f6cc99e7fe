/**
 * Makes the writes to a store follow each other. The function that it gives begins one when the one under way is done, and
 * resolves when it was tried: what the store missed is for the next one to write. It never rejects. One that waits is
 * everybody's, so that however often it is called nobody waits for more than two.
 */
export function serialWriter(write: () => Promise<void>, onMissed: (cause: unknown) => void): () => Promise<void> {
  let last = Promise.resolve()
  let waiting: Promise<void> | undefined

  async function after(before: Promise<void>): Promise<void> {
    await before
    waiting = undefined
    await write().catch(onMissed)
  }

  return () => {
    waiting ??= last = after(last)
    return waiting
  }
}

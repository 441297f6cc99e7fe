/**
 * Makes the writes to a store follow each other. The function that it gives begins one when the one under way is done, and
 * resolves when it was tried, with whether it held: what the store missed is for the next one to write. It never rejects.
 * One that waits is everybody's, so that however often it is called nobody waits for more than two.
 */
export function serialWriter(write: () => Promise<void>, onMissed: (cause: unknown) => void): () => Promise<boolean> {
  let last = Promise.resolve(true)
  let waiting: Promise<boolean> | undefined

  async function after(before: Promise<unknown>): Promise<boolean> {
    await before
    waiting = undefined
    try {
      await write()
      return true
    } catch (cause) {
      onMissed(cause)
      return false
    }
  }

  return () => {
    waiting ??= last = after(last)
    return waiting
  }
}

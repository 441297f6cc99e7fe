/**
 * Makes the writes to a store follow each other. The function that it gives begins one when those before are done, and
 * resolves when it was tried: what the store missed is for the next one to write. It never rejects.
 */
export function serialWriter(write: () => Promise<void>, onMissed: (cause: unknown) => void): () => Promise<void> {
  let writing = Promise.resolve()
  return () => {
    writing = writing.then(write).catch(onMissed)
    return writing
  }
}

/** Does what is to be done the first time it is called, and nothing from then on. */
export function once(act: () => void): () => void {
  let done = false
  return () => {
    if (done) return
    done = true
    act()
  }
}

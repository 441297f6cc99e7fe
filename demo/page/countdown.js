/** Counts whole seconds down to 0 by a clock that nobody sets back. Returns how to stop it. */
export function countdown(seconds, tick) {
  const end = performance.now() + seconds * 1000
  let shown
  const look = () => {
    const left = Math.max(0, Math.ceil((end - performance.now()) / 1000))
    if (left !== shown) tick(left)
    shown = left
    if (left === 0) clearInterval(timer)
  }
  const timer = setInterval(look, 200)
  look()
  return () => clearInterval(timer)
}

/** `9:05` */
export const clockFace = seconds => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`

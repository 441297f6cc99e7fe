/** How late the event loop is. */
export interface LagMeter {
  /** Milliseconds by which the last tick was late, or by which the next one already is. */
  readonly milliseconds: number
  stop(): void
}

const TICK_MS = 50

/** A timer that notices how late it is called; the time since its last call counts too, in a loop that has stalled. */
export function lagMeter(mono: () => number): LagMeter {
  let last = mono()
  let late = 0
  const timer = setInterval(() => {
    const now = mono()
    late = Math.max(0, now - last - TICK_MS)
    last = now
  }, TICK_MS).unref()
  return {
    get milliseconds() {
      return Math.max(late, mono() - last - TICK_MS)
    },
    stop: () => clearInterval(timer),
  }
}

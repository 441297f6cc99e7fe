/** How late the event loop runs of late. */
export interface LagMeter {
  /** Mean lateness over about the last half second, milliseconds. */
  readonly milliseconds: number
  stop(): void
}

const TICK_MS = 50
/** Weight of the newest tick: one late tick is a pause, several are a lack of time. */
const SMOOTHING = 0.1

/** A timer that notices how late it is called, smoothed so that a single pause does not count as overload. */
export function lagMeter(mono: () => number): LagMeter {
  let last = mono()
  let mean = 0
  const timer = setInterval(() => {
    const now = mono()
    mean += SMOOTHING * (Math.max(0, now - last - TICK_MS) - mean)
    last = now
  }, TICK_MS).unref()
  return {
    get milliseconds() {
      return mean
    },
    stop: () => clearInterval(timer),
  }
}

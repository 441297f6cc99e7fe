/** A fixed window: `count` requests since its first, until `resetsAt` (milliseconds, monotonic). */
interface Window {
  count: number
  resetsAt: number
}

/** What one hit found. */
export interface Hit {
  allowed: boolean
  limit: number
  remaining: number
  /** Milliseconds until the window ends. */
  resetsIn: number
}

/** Counts per key in windows of one length. */
export interface Windows {
  hit(key: string): Hit
  readonly size: number
}

/**
 * Fixed windows that begin with a key's first hit. All windows last equally long, so the oldest entries of the map are
 * the first to end: expired ones are dropped from its front, and at `maxKeys` the one nearest its end gives way.
 */
export function fixedWindows(limit: number, lengthMs: number, mono: () => number, maxKeys = 50_000): Windows {
  const windows = new Map<string, Window>()

  function open(key: string, now: number): Window {
    for (const [oldest, { resetsAt }] of windows) {
      if (resetsAt > now && windows.size < maxKeys) break
      windows.delete(oldest)
    }
    const window = { count: 0, resetsAt: now + lengthMs }
    windows.delete(key)
    windows.set(key, window)
    return window
  }

  return {
    hit(key) {
      const now = mono()
      const known = windows.get(key)
      const window = known && known.resetsAt > now ? known : open(key, now)
      window.count++
      return {
        allowed: window.count <= limit,
        limit,
        remaining: Math.max(0, limit - window.count),
        // Adding and taking away a fraction may leave a trace more than the window.
        resetsIn: Math.min(lengthMs, window.resetsAt - now),
      }
    },
    get size() {
      return windows.size
    },
  }
}

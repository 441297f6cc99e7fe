import { setImmediate as settle } from 'node:timers/promises'
import type { Clock } from '../../packages/server/src/clock.ts'

/** Simulated time: it stands still but for the next event. */
export interface Timeline {
  /** Seconds from the start. */
  now(): number
  /** The same for the service's own code. */
  clock: Clock
  /** Has something happen at a moment, seconds from the start. */
  add(at: number, act: () => void): void
  /** Until nothing is left to happen. What an event sets off is done before the next one. */
  run(): Promise<void>
}

export function createTimeline(): Timeline {
  const events = queue()
  let now = 0
  return {
    now: () => now,
    clock: { now: () => now * 1000, mono: () => now * 1000 },
    add: events.add,
    async run() {
      for (let event = events.next(); event; event = events.next()) {
        now = event.at
        event.act()
        await settle()
      }
    },
  }
}

interface Event {
  at: number
  act(): void
}

/** Events in the order of their time: a binary heap. */
function queue() {
  const heap: Event[] = []
  const swap = (i: number, j: number) => {
    const [a, b] = [heap[i], heap[j]]
    if (a && b) [heap[i], heap[j]] = [b, a]
  }
  const earlier = (i: number, j: number) => (heap[i]?.at ?? Infinity) < (heap[j]?.at ?? Infinity)
  return {
    add(at: number, act: () => void): void {
      heap.push({ at, act })
      for (let i = heap.length - 1; i > 0 && earlier(i, (i - 1) >> 1); i = (i - 1) >> 1) swap(i, (i - 1) >> 1)
    },
    next(): Event | undefined {
      const first = heap[0]
      const last = heap.pop()
      if (heap.length > 0 && last) {
        heap[0] = last
        for (let i = 0; ; ) {
          const child = earlier(2 * i + 2, 2 * i + 1) ? 2 * i + 2 : 2 * i + 1
          if (!earlier(child, i)) break
          swap(i, child)
          i = child
        }
      }
      return first
    },
  }
}

import { once } from '../once.ts'

/** Lets at most so many of one client's requests be worked on at once; the others wait in the order they came. */
export interface Turns {
  /** Begins a turn if there is one free. */
  take(client: string): EndTurn | undefined
  /**
   * Waits for a turn of a client that has none free; null when none came within `maxWaitMs`, at once where no turn is
   * under way. Rejects with the signal's reason when the caller goes away while waiting.
   */
  wait(client: string, signal: AbortSignal): Promise<EndTurn | null>
}

/** Ends a turn; further calls change nothing. */
export type EndTurn = () => void

interface Line {
  working: number
  waiting: Set<() => void>
}

export function turns(atOnce: number, maxWaitMs: number): Turns {
  const lines = new Map<string, Line>()

  function end(client: string, line: Line): void {
    const [next] = line.waiting
    if (next) {
      next()
      return
    }
    line.working--
    if (line.working === 0) lines.delete(client)
  }

  function waitIn(line: Line, client: string, signal: AbortSignal): Promise<EndTurn | null> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', onAbort)
        line.waiting.delete(onTurn)
      }
      const onTurn = () => {
        leave()
        resolve(once(() => end(client, line)))
      }
      const onAbort = () => {
        leave()
        reject(signal.reason)
      }
      const timer = setTimeout(() => {
        leave()
        resolve(null)
      }, maxWaitMs)
      line.waiting.add(onTurn)
      signal.addEventListener('abort', onAbort, { once: true })
    })
  }

  return {
    take(client) {
      const line = lines.get(client) ?? { working: 0, waiting: new Set() }
      if (line.working >= atOnce) return undefined
      lines.set(client, line)
      line.working++
      return once(() => end(client, line))
    },
    async wait(client, signal) {
      signal.throwIfAborted()
      const line = lines.get(client)
      return line ? waitIn(line, client, signal) : null
    },
  }
}

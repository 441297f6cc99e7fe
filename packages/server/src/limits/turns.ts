/** Lets at most so many of one client's requests be worked on at once; the others wait in the order they came. */
export interface Turns {
  /** Begins a turn if there is one free. */
  take(client: string): EndTurn | undefined
  /**
   * Waits for a turn of a client that has none free; null when none came within `maxWaitMs`.
   * Rejects with the signal's reason when the caller goes away while waiting.
   */
  wait(client: string, signal: AbortSignal): Promise<EndTurn | null>
  /** Clients that have a request at work. */
  readonly size: number
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

  function ending(client: string, line: Line): EndTurn {
    let ended = false
    return () => {
      if (!ended) end(client, line)
      ended = true
    }
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
        resolve(ending(client, line))
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
      return ending(client, line)
    },
    async wait(client, signal) {
      signal.throwIfAborted()
      const line = lines.get(client)
      return line ? waitIn(line, client, signal) : null
    },
    get size() {
      return lines.size
    },
  }
}

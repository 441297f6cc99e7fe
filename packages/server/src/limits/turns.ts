/** Lets at most so many of one client's requests be worked on at once; the others wait in the order they came. */
export interface Turns {
  /**
   * Resolves to the function that ends the turn, or to null when none came within `maxWaitMs`.
   * Rejects with the signal's reason when the caller goes away while waiting.
   */
  take(client: string, signal: AbortSignal): Promise<(() => void) | null>
  /** Clients that have a request at work. */
  readonly size: number
}

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

  function ending(client: string, line: Line): () => void {
    let ended = false
    return () => {
      if (!ended) end(client, line)
      ended = true
    }
  }

  function wait(client: string, line: Line, signal: AbortSignal): Promise<(() => void) | null> {
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
    async take(client, signal) {
      signal.throwIfAborted()
      const line = lines.get(client) ?? { working: 0, waiting: new Set() }
      lines.set(client, line)
      if (line.working >= atOnce) return wait(client, line, signal)
      line.working++
      return ending(client, line)
    },
    get size() {
      return lines.size
    },
  }
}

import { createInterface } from 'node:readline'

/** A line of the service's log. */
export type LogLine = Record<string, unknown> & { level: string; msg: string; time: string }

/** What a process has logged. */
export interface LogLines {
  /**
   * The lines read so far. A line crosses a pipe, an answer a socket: await `logged` for what an answer has written.
   */
  logs(): LogLine[]
  /** Resolves with the first log line, past or future, that the test accepts. */
  logged(accept: (line: LogLine) => boolean): Promise<LogLine>
}

/** Reads a process's stdout to its end. `onText` gets each line, also those that are not of the log. */
export function readLogLines(stdout: NodeJS.ReadableStream, onText: (text: string) => void): LogLines {
  const lines: LogLine[] = []
  const waiting = new Set<(line: LogLine) => void>()
  createInterface({ input: stdout }).on('line', text => {
    onText(text)
    const line = asLogLine(text)
    if (!line) return
    lines.push(line)
    for (const look of waiting) look(line)
  })
  return {
    logs: () => [...lines],
    logged: accept =>
      new Promise(resolve => {
        const known = lines.find(accept)
        if (known) return resolve(known)
        const look = (line: LogLine) => {
          if (!accept(line)) return
          waiting.delete(look)
          resolve(line)
        }
        waiting.add(look)
      }),
  }
}

function asLogLine(text: string): LogLine | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

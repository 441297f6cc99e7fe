/** A server-sent event. */
export interface ServerEvent {
  name: string
  // biome-ignore lint/suspicious/noExplicitAny: looked into field by field, and a wrong shape fails the test
  data: any
}

/** A stream of events that is being read. */
export interface EventStream {
  status: number
  headers: Headers
  /** Every event so far. */
  events: ServerEvent[]
  /** Resolves with the first event, past or future, that the test accepts; rejects if the stream ends before. */
  heard(accept: (event: ServerEvent) => boolean): Promise<ServerEvent>
  /** Resolves when the stream has ended. */
  done: Promise<void>
  close(): void
}

/** Opens a stream of server-sent events; one that is refused has no events. */
export async function openEvents(url: string, headers: Record<string, string> = {}): Promise<EventStream> {
  const stop = new AbortController()
  const response = await fetch(url, { headers, signal: stop.signal })
  const events: ServerEvent[] = []
  const waiting = new Set<() => void>()
  let ended = false
  const look = () => {
    for (const one of waiting) one()
  }
  const done = read(response, event => {
    events.push(event)
    look()
  }).finally(() => {
    ended = true
    look()
  })
  done.catch(() => {})
  return {
    status: response.status,
    headers: response.headers,
    events,
    heard: accept =>
      new Promise((resolve, reject) => {
        const check = () => {
          const found = events.find(accept)
          if (!found && !ended) return
          waiting.delete(check)
          if (found) resolve(found)
          else reject(new Error('the stream ended'))
        }
        waiting.add(check)
        check()
      }),
    done,
    close: () => stop.abort(),
  }
}

async function read({ ok, body }: Response, hear: (event: ServerEvent) => void): Promise<void> {
  if (!ok || !body) return body?.cancel()
  let text = ''
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    const parts = (text + chunk).split('\n\n')
    text = parts.pop() ?? ''
    for (const part of parts) {
      const [, name = '', data = 'null'] = /^event: (\w+)\ndata: (.*)$/.exec(part) ?? []
      hear({ name, data: JSON.parse(data) })
    }
  }
}

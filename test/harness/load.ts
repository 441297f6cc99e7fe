import { Agent as HttpAgent, request } from 'node:http'
import { Agent, fetch as undiciFetch } from 'undici'

/** How a request ended: its status; no connection; or a connection that broke, open before or new for this request. */
export type End = number | 'refused' | 'lost on an open connection' | 'lost on a new connection'

/** What a load of clients saw. */
export interface Load {
  ends: End[]
  /** Resolves when at least `count` requests have ended. */
  reached(count: number): Promise<void>
  /** Resolves when every client has stopped: after a request that got no answer. */
  done: Promise<void>
}

interface Seen {
  status: number
  /** Whether the connection is used again. */
  stays: boolean
}

/** Asks once; rejects when there is no answer. */
type Send = (url: string) => Promise<Seen>

/**
 * So many clients of each kind ask one request after another until one gets no answer: through undici's kept-alive
 * connections, through `fetch`, through node:http with kept-alive connections, and with a new connection each time.
 */
export function askWithoutPause(url: string, clientsOfEachKind: number): Load {
  const ends: End[] = []
  const waiting = new Set<{ count: number; resolve: () => void }>()
  const note = (end: End) => {
    ends.push(end)
    for (const one of waiting) if (ends.length >= one.count) one.resolve()
  }
  async function client(send: Send): Promise<void> {
    let open = false
    try {
      for (;;) {
        const { status, stays } = await send(url)
        open = stays
        note(status)
      }
    } catch (error) {
      note(isRefusal(error) ? 'refused' : open ? 'lost on an open connection' : 'lost on a new connection')
    }
  }
  const kinds = [throughUndici, throughFetch, () => throughHttp(true), () => throughHttp(false)]
  const clients = kinds.flatMap(kind => Array.from({ length: clientsOfEachKind }, () => client(kind())))
  return {
    ends,
    reached: count => new Promise(resolve => waiting.add({ count, resolve })),
    done: Promise.all(clients).then(() => {}),
  }
}

const POST = { method: 'POST', headers: { 'content-type': 'application/json' } }
const BODY = '{"voice":"cedar"}'

const stays = (connection: string | null | undefined) => connection !== 'close'

function throughFetch(): Send {
  return async url => {
    const response = await fetch(url, { ...POST, body: BODY })
    await response.arrayBuffer()
    return { status: response.status, stays: stays(response.headers.get('connection')) }
  }
}

function throughUndici(): Send {
  const dispatcher = new Agent({ connections: 1 })
  return async url => {
    const response = await undiciFetch(url, { ...POST, body: BODY, dispatcher })
    await response.arrayBuffer()
    return { status: response.status, stays: stays(response.headers.get('connection')) }
  }
}

function throughHttp(keepAlive: boolean): Send {
  const agent = new HttpAgent({ keepAlive, maxSockets: 1 })
  return url =>
    new Promise((resolve, reject) => {
      const message = request(url, { ...POST, agent }, response => {
        const { statusCode = 0, headers } = response
        response.resume()
        response.on('end', () => resolve({ status: statusCode, stays: keepAlive && stays(headers.connection) }))
        response.on('error', reject)
      })
      message.on('error', reject)
      message.end(BODY)
    })
}

function isRefusal(error: unknown): boolean {
  const cause = (error as Error).cause ?? error
  return (cause as NodeJS.ErrnoException).code === 'ECONNREFUSED'
}

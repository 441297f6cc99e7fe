import { Agent, request } from 'node:http'

/** How a request ended: its status, or why there was none. */
export type End = string

/** What clients saw of a load so far. */
export interface Tally {
  /** Requests by how they ended. */
  ends: Record<End, number>
  /** Requests that got a secret which another had got before. */
  twice: number
  /** Requests of the client with a limit that passed it. */
  greedyPassed: number
  /** Of each request that ended, the wait, milliseconds. */
  waits: number[]
}

/** A load that goes on until it is stopped. */
export interface Load {
  /** What was counted before the first phase. */
  first: Tally
  /** Requests that end from now on are counted into a new tally, which is returned. */
  nextPhase(): Tally
  /**
   * Resolves when so many requests in a row, begun from now on, were answered well: 200, under the whole limit. With the
   * milliseconds until the first of them.
   */
  wellAgain(inARow: number, withinMs: number): Promise<number>
  /** Sends no more and resolves when all are answered. */
  stop(): Promise<void>
}

export interface LoadPlan {
  /** Where requests go, in turn; read before each, since an instance may move. */
  ports: () => readonly number[]
  perSecond: number
  /** After this long a client gives up, milliseconds. */
  patienceMs: number
  /** What answers must say is the limit a minute for all to be well. */
  limit: number
}

/** The address of the client that asks for more than its limit; the others come from a new address each. */
const GREEDY = '203.0.113.1'
/** Every so many requests one is the greedy client's. */
const GREEDY_EVERY = 5

/**
 * Requests at a steady pace, whether earlier ones are answered or not. Half of them can be served warm; the other half
 * bring a context of their own, so that each needs a mint.
 */
export function startLoad({ ports, perSecond, patienceMs, limit }: LoadPlan): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: 512 })
  const secrets = new Set<string>()
  const underWay = new Set<Promise<void>>()
  const first = emptyTally()
  let tally = first
  let sent = 0
  let good = { streak: 0, since: 0, from: 0 }
  let watching: { inARow: number; resolve(): void } | undefined

  async function one(n: number): Promise<void> {
    const greedy = n % GREEDY_EVERY === 0
    const all = ports()
    const port = all[n % all.length] as number
    const began = performance.now()
    const { end, secret, quota } = await ask(agent, port, n, greedy, patienceMs)
    const into = tally
    into.waits.push(performance.now() - began)
    if (secret !== undefined && secrets.has(secret)) into.twice++
    if (secret !== undefined) secrets.add(secret)
    if (greedy) {
      if (secret !== undefined) into.greedyPassed++
      return
    }
    into.ends[end] = (into.ends[end] ?? 0) + 1
    if (began < good.from) return
    good =
      end === '200' && quota === limit
        ? { ...good, streak: good.streak + 1, since: good.streak === 0 ? began : good.since }
        : { ...good, streak: 0 }
    if (watching && good.streak >= watching.inARow) watching.resolve()
  }

  const started = performance.now()
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - started) / 1000) * perSecond)
    for (; sent < due; sent++) {
      const request = one(sent).finally(() => underWay.delete(request))
      underWay.add(request)
    }
  }, 4)

  return {
    first,
    nextPhase() {
      tally = emptyTally()
      return tally
    },
    async wellAgain(inARow, withinMs) {
      const from = performance.now()
      good = { streak: 0, since: from, from }
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const late = setTimeout(
        () => reject(new Error(`not well again within ${withinMs} ms: ${JSON.stringify(tally.ends)}`)),
        withinMs,
      )
      watching = { inARow, resolve }
      try {
        await promise
        return good.since - from
      } finally {
        clearTimeout(late)
        watching = undefined
      }
    },
    async stop() {
      clearInterval(timer)
      await Promise.all(underWay)
      agent.destroy()
    },
  }
}

function emptyTally(): Tally {
  return { ends: {}, twice: 0, greedyPassed: 0, waits: [] }
}

interface Seen {
  end: End
  secret?: string
  /** The limit a minute that the answer told of. */
  quota?: number
}

function ask(agent: Agent, port: number, n: number, greedy: boolean, patienceMs: number): Promise<Seen> {
  const address = greedy ? GREEDY : `198.${18 + ((n >> 16) & 1)}.${(n >> 8) & 255}.${n & 255}`
  const body = n % 2 === 0 ? '{}' : JSON.stringify({ context: `Score ${n}` })
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-forwarded-for': address,
  }
  return new Promise(resolve => {
    const message = request(
      { agent, host: '127.0.0.1', port, method: 'POST', path: '/v1/realtime/token', headers },
      answer => {
        let text = ''
        answer.setEncoding('utf8')
        answer.on('data', chunk => {
          text += chunk
        })
        answer.on('error', () => resolve({ end: 'connection lost' }))
        answer.on('end', () =>
          resolve({ ...read(answer.statusCode ?? 0, text), quota: quotaIn(answer.headers['ratelimit-policy']) }),
        )
      },
    )
    message.setTimeout(patienceMs, () => message.destroy(new Error('gave up')))
    message.on('error', (error: NodeJS.ErrnoException) => resolve({ end: endOf(error) }))
    message.end(body)
  })
}

function read(status: number, text: string): { end: End; secret?: string } {
  if (status === 200) return { end: '200', secret: JSON.parse(text).client_secret }
  return { end: `${status} ${JSON.parse(text).error.type}` }
}

const quotaIn = (policy: string | string[] | undefined) => Number(/q=(\d+)/.exec(String(policy))?.[1])

function endOf({ message, code }: NodeJS.ErrnoException): End {
  if (message === 'gave up') return 'no answer'
  return code === 'ECONNREFUSED' ? 'refused' : 'connection lost'
}

import { setTimeout as sleep } from 'node:timers/promises'
import { asksInTurn, SESSIONS } from './asks.ts'
import type { Line } from './line.ts'
import { askCountOn, type LoadResult, type Target, withLines } from './load.ts'
import type { StandIn } from './stand-in.ts'

/** The pool keeps two spares of a session that any visitor may ask for, from its first request on. */
const STOCK = 2 * SESSIONS.length

const POLL_MS = 20
const LIMIT_MS = 30_000

/**
 * Asks for as many tokens as are ready. While it lasts the stand-in looks out of reach, so the service replaces none of
 * them: this is what a warm answer costs by itself.
 */
export function burst(target: Target, standIn: StandIn): Promise<LoadResult> {
  return withLines(target, async lines => {
    await fillStock(target, lines)
    standIn.reachable = false
    try {
      await heardOf(target, 'disconnected')
      return await askCountOn(lines, target, asksInTurn(), STOCK)
    } finally {
      standIn.reachable = true
      await heardOf(target, 'connected')
    }
  })
}

/**
 * Asks for every session once, so that each gets its spares, and waits for them. On the connections that the burst will
 * use: accepting a connection costs as much as a few tokens, and a burst is short.
 */
async function fillStock(target: Target, lines: readonly Line[]): Promise<void> {
  await askCountOn(lines, target, asksInTurn(), SESSIONS.length)
  await become('a full stock', async () => (await read(target, '/')).cache_stats.entries >= STOCK)
}

function heardOf(target: Target, status: 'connected' | 'disconnected'): Promise<void> {
  return become(`OpenAI ${status}`, async () => (await read(target, '/healthz')).openai_status === status)
}

async function become(what: string, check: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + LIMIT_MS
  while (!(await check())) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`)
    await sleep(POLL_MS)
  }
}

// biome-ignore lint/suspicious/noExplicitAny: a wrong shape ends the run
async function read({ port }: Target, path: string): Promise<any> {
  return (await fetch(`http://127.0.0.1:${port}${path}`)).json()
}

import { setTimeout as sleep } from 'node:timers/promises'
import { asksInTurn } from './asks.ts'
import { type Line, openLine } from './line.ts'
import type { Running } from './running.ts'

/** What the service made of more requests than it can serve. A second each. */
export interface Overload {
  /** Of what it can serve. */
  times: number
  offered: number
  served: number
  /** Refused with 503. */
  refused: number
  /** Found every connection waiting for an answer. */
  unsent: number
}

/** Far more than the service lets work at once. */
const CONNECTIONS = 1000

/** Requests that come whether earlier ones are answered or not, at once, twice and three times the peak. */
export async function overload(server: Running, peak: number, seconds: number): Promise<Overload[]> {
  const lines = await Promise.all(Array.from({ length: CONNECTIONS }, () => openLine(server.port)))
  const curve: Overload[] = []
  try {
    for (const times of [1, 2, 3]) curve.push(await offer(lines, times, times * peak, seconds))
    return curve
  } catch (error) {
    throw server.blame(error)
  } finally {
    for (const line of lines) line.close()
  }
}

async function offer(lines: readonly Line[], times: number, perSecond: number, seconds: number): Promise<Overload> {
  const idle = [...lines]
  const nextAsk = asksInTurn()
  const counts = { offered: 0, served: 0, refused: 0, unsent: 0 }
  const underWay = new Set<Promise<void>>()
  const failures: unknown[] = []

  async function ask(line: Line): Promise<void> {
    const { status } = await line.ask(nextAsk())
    if (status !== 200 && status !== 503) throw new Error(`an answer was ${status}`)
    counts[status === 200 ? 'served' : 'refused']++
    idle.push(line)
  }

  function begin(): void {
    counts.offered++
    const line = idle.pop()
    if (!line) {
      counts.unsent++
      return
    }
    const one: Promise<void> = ask(line)
      .catch(error => void failures.push(error))
      .finally(() => underWay.delete(one))
    underWay.add(one)
  }

  const started = performance.now()
  while (performance.now() - started < seconds * 1000 && failures.length === 0) {
    const due = ((performance.now() - started) / 1000) * perSecond
    while (counts.offered < due) begin()
    await sleep(1)
  }
  await Promise.all(underWay)
  if (failures.length > 0) throw failures[0]
  const took = (performance.now() - started) / 1000
  const a = (count: number) => count / took
  return {
    times,
    offered: a(counts.offered),
    served: a(counts.served),
    refused: a(counts.refused),
    unsent: a(counts.unsent),
  }
}

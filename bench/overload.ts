import { setTimeout as sleep } from 'node:timers/promises'
import { asksInTurn } from './asks.ts'
import { type Line, openLine } from './line.ts'
import type { Running } from './running.ts'
import type { StandIn } from './stand-in.ts'

/** What a server made of more requests than it can serve. Counts are a second. */
export interface Overload {
  name: string
  /** What a mint took, milliseconds. */
  latencyMs: number
  /** The most it could serve a second, and how many times that was offered. */
  peak: number
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

/** A quarter of what OpenAI was recorded to take (pydantic-ai cassettes, July 2026), milliseconds. */
const SLOW_MS = 100
/** The default of `MAX_IN_FLIGHT`. */
const MAX_IN_FLIGHT = 200

/** A server, and what it serves a second at full load. */
interface Contender {
  server: Running
  pace: number
}

/**
 * Requests that come whether earlier ones are answered or not, at once, twice and three times what can be served: by
 * `MAX_IN_FLIGHT`, where a mint takes its time, and by the processor alone, where it takes none. The yardstick, which
 * holds back and refuses nothing, tells what so many connections cost by themselves.
 */
export async function overloads(
  service: Contender,
  yardstick: Contender,
  standIn: StandIn,
  seconds: number,
): Promise<Overload[]> {
  const limited = { ...service, pace: Math.min(service.pace, (MAX_IN_FLIGHT * 1000) / SLOW_MS) }
  const curve: Overload[] = []
  for (const [latencyMs, { server, pace: peak }] of [
    [SLOW_MS, limited],
    [0, service],
    [0, yardstick],
  ] as const) {
    standIn.latencyMs = latencyMs
    for (const times of [1, 2, 3]) {
      const counts = await offered(server, times * peak, seconds)
      curve.push({ name: server.name, latencyMs, peak, times, ...counts })
    }
  }
  return curve
}

async function offered(server: Running, perSecond: number, seconds: number) {
  const lines = await Promise.all(Array.from({ length: CONNECTIONS }, () => openLine(server.port)))
  try {
    return await offer(lines, perSecond, seconds)
  } catch (error) {
    throw server.blame(error)
  } finally {
    for (const line of lines) line.close()
  }
}

async function offer(lines: readonly Line[], perSecond: number, seconds: number) {
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
    offered: a(counts.offered),
    served: a(counts.served),
    refused: a(counts.refused),
    unsent: a(counts.unsent),
  }
}

import { setTimeout as sleep } from 'node:timers/promises'
import { type Answer, type Line, openLine } from './line.ts'
import { CONNECTIONS } from './plan.ts'

/** What a load found. Every answer was a 200 with a secret that no other answer of the load had. */
export interface LoadResult {
  answers: number
  seconds: number
  /** Processor time of the server, seconds; undefined where the system does not tell. */
  cpuSeconds: number | undefined
  /** Of each request, milliseconds. */
  waits: number[]
  /** The server's own part of each, milliseconds, where it tells: `Server-Timing`'s total less its openai. */
  ownTimes: number[]
  /** Answers that did not wait for OpenAI. */
  warm: number
}

type NextAsk = () => string

/** What is put under load. */
export interface Target {
  port: number
  /** Processor time it has used so far, seconds. */
  cpuSeconds(): number | undefined
}

/** Clients that each ask again as soon as they are answered, for so many seconds. */
export function askForSeconds(target: Target, nextAsk: NextAsk, seconds: number): Promise<LoadResult> {
  // From the first request on: opening the connections does not count.
  let end: number | undefined
  const more = () => {
    end ??= performance.now() + seconds * 1000
    return performance.now() < end
  }
  return withLines(target, lines => withoutPause(target, lines, nextAsk, more))
}

/** The same, until so many requests have been sent. */
export function askCount(target: Target, nextAsk: NextAsk, count: number): Promise<LoadResult> {
  return withLines(target, lines => askCountOn(lines, target, nextAsk, count))
}

/** The same, on connections that are open already. */
export function askCountOn(
  lines: readonly Line[],
  target: Target,
  nextAsk: NextAsk,
  count: number,
): Promise<LoadResult> {
  let left = count
  return withoutPause(target, lines, nextAsk, () => left-- > 0)
}

/** Opens the load's connections, and closes them when all is done. */
export async function withLines<T>({ port }: Target, use: (lines: readonly Line[]) => Promise<T>): Promise<T> {
  const lines = await Promise.all(Array.from({ length: CONNECTIONS }, () => openLine(port)))
  try {
    return await use(lines)
  } finally {
    for (const line of lines) line.close()
  }
}

async function withoutPause(
  target: Target,
  lines: readonly Line[],
  nextAsk: NextAsk,
  more: () => boolean,
): Promise<LoadResult> {
  const result = emptyResult()
  const note = noteInto(result)
  const used = target.cpuSeconds()
  const started = performance.now()
  const client = async (line: Line) => {
    while (more()) {
      const asked = performance.now()
      note(await line.ask(nextAsk()), performance.now() - asked)
    }
  }
  await Promise.all(lines.map(client))
  result.seconds = (performance.now() - started) / 1000
  result.cpuSeconds = difference(target.cpuSeconds(), used)
  return result
}

/**
 * Requests that come by chance, on average `perSecond` of them, whether earlier ones are answered or not. One that finds
 * every connection busy waits, and its wait counts.
 */
export function askAtPace(target: Target, nextAsk: NextAsk, perSecond: number, seconds: number): Promise<LoadResult> {
  return withLines(target, lines => atPace(lines, nextAsk, perSecond, seconds))
}

async function atPace(
  lines: readonly Line[],
  nextAsk: NextAsk,
  perSecond: number,
  seconds: number,
): Promise<LoadResult> {
  const idle = [...lines]
  const result = emptyResult()
  const note = noteInto(result)
  const due: number[] = []
  const underWay = new Set<Promise<void>>()
  const failures: unknown[] = []

  async function send(line: Line, since: number): Promise<void> {
    note(await line.ask(nextAsk()), performance.now() - since)
    const next = due.shift()
    if (next !== undefined) return send(line, next)
    idle.push(line)
  }

  function begin(): void {
    const line = idle.pop()
    if (!line) {
      due.push(performance.now())
      return
    }
    const one: Promise<void> = send(line, performance.now())
      .catch(error => void failures.push(error))
      .finally(() => underWay.delete(one))
    underWay.add(one)
  }

  const started = performance.now()
  let next = started
  while (performance.now() - started < seconds * 1000 && failures.length === 0) {
    for (; next <= performance.now(); next += (-Math.log(1 - Math.random()) / perSecond) * 1000) begin()
    await sleep(1)
  }
  await Promise.all(underWay)
  if (failures.length > 0) throw failures[0]
  result.seconds = (performance.now() - started) / 1000
  return result
}

function emptyResult(): LoadResult {
  return { answers: 0, seconds: 0, cpuSeconds: undefined, waits: [], ownTimes: [], warm: 0 }
}

function difference(after: number | undefined, before: number | undefined): number | undefined {
  return after === undefined || before === undefined ? undefined : after - before
}

/** Checks and counts each answer. A figure made of wrong answers is worth nothing, so the first one ends the run. */
function noteInto(result: LoadResult): (answer: Answer, wait: number) => void {
  const secrets = new Set<string>()
  return ({ status, secret, timing }, wait) => {
    if (status !== 200) throw new Error(`an answer was ${status}`)
    if (secret === '') throw new Error('an answer had no secret')
    if (secrets.has(secret)) throw new Error('a secret was handed out twice')
    secrets.add(secret)
    result.answers++
    result.waits.push(wait)
    if (!timing) return
    result.ownTimes.push(timing.total - timing.openAi)
    if (timing.openAi === 0) result.warm++
  }
}

import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault } from './faults.ts'
import { type End, startLoad, type Tally } from './load.ts'
import { LIMIT, setStage } from './stage.ts'

/** What a fault did. */
export interface Played {
  name: string
  /** Requests by how they ended while all was well before, and from the beginning of the fault until all was well again. */
  before: Record<End, number>
  seen: Record<End, number>
  /** Milliseconds from when it began to be put right until the first request after which all were answered well. */
  healMs: number
  /** Secrets that two requests got. */
  twice: number
  /** Requests of the greedy client that passed beyond its limit, and how many may. */
  overshoot: number
  slack: number
  /** The most that an instance took, bytes. */
  memory: number
}

export interface Pace {
  perSecond: number
  /** How long it goes well before the fault, and how long the fault lasts, milliseconds. */
  beforeMs: number
  faultMs: number
}

/** Requests in a row that must be answered well for all to be well again. */
const IN_A_ROW = 40
/** Beyond any promise about recovery, also on a busy machine. */
const HEAL_WITHIN_MS = 30_000
/** Longer than the deadline of the stage's settings. */
const PATIENCE_MS = 10_000

/** Plays a fault under load, from the start of its own processes to their end. */
export async function play(fault: Fault, { perSecond, beforeMs, faultMs }: Pace): Promise<Played> {
  const stage = await setStage(fault.setting)
  const memory = { most: 0 }
  const watch = setInterval(() => {
    memory.most = Math.max(memory.most, ...stage.instances.map(({ memory }) => memory().all))
  }, 100)
  const load = startLoad({
    ports: () => stage.instances.map(({ port }) => port),
    perSecond,
    patienceMs: PATIENCE_MS,
    limit: LIMIT,
  })
  try {
    await load.wellAgain(IN_A_ROW, HEAL_WITHIN_MS)
    const before = load.nextPhase()
    await sleep(beforeMs)
    const during = load.nextPhase()
    await fault.harm(stage)
    await sleep(faultMs)
    const after = load.nextPhase()
    const [healMs] = await Promise.all([load.wellAgain(IN_A_ROW, HEAL_WITHIN_MS), fault.mend(stage)])
    await load.stop()
    const dead = stage.instances.find(({ alive }) => !alive())
    if (dead) throw new Error(`an instance ended:\n${dead.lastWords()}`)
    const tallies = [load.first, before, during, after]
    const sum = (of: (tally: Tally) => number) => tallies.reduce((all, tally) => all + of(tally), 0)
    return {
      name: fault.name,
      before: before.ends,
      seen: together(during.ends, after.ends),
      healMs,
      twice: sum(({ twice }) => twice),
      overshoot: Math.max(0, sum(({ greedyPassed }) => greedyPassed) - LIMIT),
      slack: fault.slack,
      memory: memory.most,
    }
  } catch (error) {
    throw new Error(`${fault.name}: ${(error as Error).message}`, { cause: error })
  } finally {
    clearInterval(watch)
    await load.stop()
    await stage.close()
  }
}

function together(a: Record<End, number>, b: Record<End, number>): Record<End, number> {
  const ends = new Set([...Object.keys(a), ...Object.keys(b)])
  return Object.fromEntries([...ends].map(end => [end, (a[end] ?? 0) + (b[end] ?? 0)]))
}

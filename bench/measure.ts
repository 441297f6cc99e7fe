import { startRedis } from '../test/harness/redis.ts'
import { findPart, REDIS } from '../test/run/parts.ts'
import { asksInTurn, asksOfManyClients } from './asks.ts'
import { AS_SHIPPED, BARE, COLD, type Contestant, coldWithRedis, EXPRESS, NGINX, WARM } from './contestants.ts'
import type { Cores } from './cores.ts'
import { percentile, type Spread, spreadOf } from './figures.ts'
import { askAtPace, askCount, askForSeconds, type LoadResult } from './load.ts'
import { type Overload, overloads } from './overload.ts'
import type { Plan } from './plan.ts'
import { type Running, start } from './running.ts'
import { type StandIn, startStandIn } from './stand-in.ts'
import { burst } from './stock.ts'

/** A server at full load. */
export interface Throughput {
  name: string
  /** Tokens a second, of each round. */
  perSecond: Spread
  /** Processor time of the server for a token, microseconds; undefined where the system does not tell. */
  cpuMicros: Spread | undefined
  /** The least part of a round's answers that did not wait for OpenAI, 0 to 1. */
  warmShare: number
}

/** The waits of its callers at half load, milliseconds, and for the service its own part of them. */
export interface HalfLoad {
  name: string
  waits: Percentiles
  own: Percentiles | undefined
}

export interface Percentiles {
  p50: number
  p95: number
  p99: number
}

/** Bytes, and milliseconds. */
export interface Footprint {
  name: string
  memory: { idle: number; loaded: number; peak: number } | undefined
  firstAnswerMs: Spread
}

export interface Results {
  /** Requests a second that load and stand-in manage with nothing between them: what no server could pass. */
  ceiling: number
  throughput: Throughput[]
  /** Requests a second at half load. */
  pace: number
  halfLoad: HalfLoad[]
  overload: Overload[]
  footprints: Footprint[]
}

/** Warm tokens in bursts, none of which is replaced meanwhile. */
export const FROM_STOCK = `${WARM.name}, from stock`

interface Machine {
  standIn: StandIn
  cores: Cores
  plan: Plan
  say: (text: string) => void
}

/** Measures everything. Rejects at the first wrong answer, and when a server ends. */
export async function measure(
  plan: Plan,
  cores: Cores,
  withNginx: boolean,
  say: (text: string) => void,
): Promise<Results> {
  const standIn = await startStandIn()
  const machine = { standIn, cores, plan, say }
  const redis = findPart(REDIS, process.env) ? await startRedis() : undefined
  const others = [...(redis ? [coldWithRedis(redis.url)] : []), EXPRESS, ...(withNginx ? [NGINX] : [])]
  try {
    say('What load and stand-in can do')
    const ceiling = rateOf(
      await askForSeconds({ port: standIn.port, cpuSeconds: () => undefined }, asksInTurn(), plan.turnSeconds),
    )
    const { throughput, pace, halfLoad, overload } = await underLoad(others, machine)
    const footprints: Footprint[] = []
    for (const contestant of [AS_SHIPPED, BARE, ...others]) footprints.push(await footprintOf(contestant, machine))
    return { ceiling, throughput, pace, halfLoad, overload, footprints }
  } finally {
    await redis?.kill()
    standIn.close()
  }
}

async function underLoad(others: Contestant[], machine: Machine) {
  const { standIn, cores, plan, say } = machine
  const servers: Running[] = []
  try {
    for (const contestant of [BARE, COLD, WARM, ...others]) servers.push(await start(contestant, standIn, cores))
    const throughput = await fullLoad(servers, machine)
    const paceOf = ({ name }: Running) => throughput.find(one => one.name === name)?.perSecond.median ?? 0
    const contender = (server: Running) => ({ server, pace: paceOf(server) })
    const [bare, cold] = servers as [Running, Running]
    const pace = Math.max(1, Math.round(paceOf(cold) / 2))
    const halfLoad: HalfLoad[] = []
    for (const server of servers) {
      say(`Half load: ${server.name}`)
      halfLoad.push(await atPace(server, pace, plan))
    }
    say('Overload')
    const overload = await overloads(contender(cold), contender(bare), standIn, plan.halfLoadSeconds)
    return { throughput, pace, halfLoad, overload }
  } finally {
    await Promise.all(servers.map(server => server.stop()))
  }
}

/** One server's turn in a round. */
interface Turn {
  perSecond: number
  cpuMicros: number | undefined
  warmShare: number
}

async function fullLoad(servers: Running[], { standIn, plan, say }: Machine): Promise<Throughput[]> {
  const warm = servers.find(({ name }) => name === WARM.name) as Running
  say('Warming up')
  for (const server of servers) await turn(server, plan.warmUpSeconds)
  // In the order of the table.
  const turns = new Map([BARE, COLD, WARM].map(({ name }) => [name, [] as Turn[]]))
  turns.set(FROM_STOCK, [])
  const note = (name: string, one: Turn) => turns.set(name, [...(turns.get(name) ?? []), one])
  for (let round = 1; round <= plan.rounds; round++) {
    say(`Full load, round ${round} of ${plan.rounds}`)
    for (const server of servers) note(server.name, await turn(server, plan.turnSeconds))
    const bursts: LoadResult[] = []
    for (let i = 0; i < plan.bursts; i++) bursts.push(await checked(warm, () => burst(warm, standIn)))
    note(FROM_STOCK, turnOf(bursts))
  }
  return [...turns].map(([name, all]) => summary(name, all))
}

async function turn(server: Running, seconds: number): Promise<Turn> {
  return turnOf([await checked(server, () => askForSeconds(server, asksInTurn(), seconds))])
}

function turnOf(loads: readonly LoadResult[]): Turn {
  const sum = (read: (load: LoadResult) => number) => loads.reduce((all, load) => all + read(load), 0)
  const answers = sum(load => load.answers)
  const cpuMicros = (sum(load => load.cpuSeconds ?? Number.NaN) / answers) * 1e6
  return {
    perSecond: answers / sum(load => load.seconds),
    cpuMicros: Number.isNaN(cpuMicros) ? undefined : cpuMicros,
    warmShare: sum(load => load.warm) / answers,
  }
}

/** A failure says which server it was, and what that said last. */
async function checked(server: Running, load: () => Promise<LoadResult>): Promise<LoadResult> {
  try {
    const result = await load()
    server.trimLog()
    return result
  } catch (error) {
    throw server.blame(error)
  }
}

function summary(name: string, turns: Turn[]): Throughput {
  const cpu = turns.map(({ cpuMicros }) => cpuMicros).filter(micros => micros !== undefined)
  return {
    name,
    perSecond: spreadOf(turns.map(({ perSecond }) => perSecond)),
    cpuMicros: cpu.length === 0 ? undefined : spreadOf(cpu),
    warmShare: Math.min(...turns.map(({ warmShare }) => warmShare)),
  }
}

async function atPace(server: Running, pace: number, plan: Plan): Promise<HalfLoad> {
  const { waits, ownTimes } = await checked(server, () => askAtPace(server, asksInTurn(), pace, plan.halfLoadSeconds))
  return { name: server.name, waits: percentilesOf(waits), own: ownTimes.length ? percentilesOf(ownTimes) : undefined }
}

async function footprintOf(contestant: Contestant, machine: Machine): Promise<Footprint> {
  const { standIn, cores, plan, say } = machine
  say(`Start and memory: ${contestant.name}`)
  const starts: number[] = []
  for (let i = 1; i < plan.starts; i++) {
    const server = await start(contestant, standIn, cores)
    starts.push(server.firstAnswerMs)
    await server.stop()
  }
  const server = await start(contestant, standIn, cores)
  starts.push(server.firstAnswerMs)
  try {
    const idle = server.memory()
    await checked(server, () => askCount(server, asksOfManyClients(), plan.memoryRequests))
    const loaded = server.memory()
    const memory = idle && loaded && { idle: idle.now, loaded: loaded.now, peak: loaded.peak }
    return { name: contestant.name, memory, firstAnswerMs: spreadOf(starts) }
  } finally {
    await server.stop()
  }
}

function rateOf({ answers, seconds }: LoadResult): number {
  return answers / seconds
}

function percentilesOf(values: readonly number[]): Percentiles {
  return { p50: percentile(values, 50), p95: percentile(values, 95), p99: percentile(values, 99) }
}

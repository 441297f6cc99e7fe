import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../test/harness/free-port.ts'
import { asksOfManyClients } from './asks.ts'
import type { Contestant } from './contestants.ts'
import type { Cores } from './cores.ts'
import { openLine } from './line.ts'
import { cpuSeconds, type Memory, memoryOf } from './proc.ts'
import type { StandIn } from './stand-in.ts'

/** A server at work, in a process of its own. */
export interface Running {
  name: string
  port: number
  /** Milliseconds from its start to the end of its first answer. */
  firstAnswerMs: number
  /** Seconds of processor time it has used; undefined where the system does not tell. */
  cpuSeconds(): number | undefined
  memory(): Memory | undefined
  /** Empties its log, which would otherwise grow by megabytes a second. */
  trimLog(): void
  /** Adds to a failure what the server said last. */
  blame(problem: unknown): Error
  stop(): Promise<void>
}

const POLL_MS = 5
const START_LIMIT_MS = 20_000

/** Starts a server, its stdout into a file, and asks it for one token. Rejects with what it wrote if it ends instead. */
export async function start(contestant: Contestant, standIn: StandIn, { prefix }: Cores): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'parker-bench-'))
  const logFile = join(folder, 'log')
  const log = openSync(logFile, 'a')
  const port = await freePort()
  const { command, env } = contestant.launch({ port, baseUrl: standIn.baseUrl, folder })
  const [program = '', ...args] = [...prefix, ...command]
  const started = performance.now()
  const child = spawn(program, args, {
    cwd: folder,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  const ended = once(child, 'exit').catch(() => {})

  const blame = (problem: unknown) =>
    new Error(`${contestant.name}: ${(problem as Error).message}\n${readFileSync(logFile, 'utf8').slice(-2000)}`)

  async function stop(): Promise<void> {
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
      child.kill('SIGTERM')
      await ended
    }
    rmSync(folder, { recursive: true, force: true })
  }

  try {
    await firstAnswer(port, child)
  } catch (error) {
    const problem = blame(error)
    await stop()
    throw problem
  }
  const pid = child.pid as number
  return {
    name: contestant.name,
    port,
    firstAnswerMs: performance.now() - started,
    cpuSeconds: () => cpuSeconds(pid),
    memory: () => memoryOf(pid),
    trimLog: () => truncateSync(logFile),
    blame,
    stop,
  }
}

async function firstAnswer(port: number, child: ChildProcess): Promise<void> {
  let broken: Error | undefined
  child.once('error', error => {
    broken = error
  })
  const deadline = performance.now() + START_LIMIT_MS
  while (!(await accepts(port))) {
    if (broken) throw broken
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`)
    if (performance.now() > deadline) throw new Error('it does not listen')
    await sleep(POLL_MS)
  }
  const line = await openLine(port)
  const { status } = await line.ask(asksOfManyClients()())
  line.close()
  if (status !== 200) throw new Error(`its first answer was ${status}`)
}

function accepts(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

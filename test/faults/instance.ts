import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { BASE_SETTINGS } from '../harness/service.ts'
import { startCommand } from '../harness/start-command.ts'

/** Resident memory, bytes; 0 once the process has ended. */
export interface Memory {
  all: number
  /** Without the pages of files, above all of Node's program, which instances share and the system can take back. */
  own: number
}

/** The service in a process of its own, under conditions that a fault asks for. */
export interface Instance {
  port: number
  pid: number
  memory(): Memory
  /** Whether the process lives. */
  alive(): boolean
  /** The end of what it wrote, for the words of a failure. */
  lastWords(): string
  /** `kill -9`; resolves when it has ended. */
  kill(): Promise<void>
}

export interface Conditions {
  settings: Record<string, string>
  /** A command that runs the service: it gets the service's command line as further words. */
  through?: readonly string[]
  /** Environment that is no setting. */
  env?: Record<string, string>
  /** Hears every piece of output; it is thrown away afterwards. */
  onOutput?: (text: string) => void
  /** Leaves the pipe alone once the service listens, as a log collector that hangs. */
  readNothing?: boolean
}

const KEPT = 4000

/** A run that fails may forget to end some. */
const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts the service over `BASE_SETTINGS` and waits until it listens; rejects with its last words if it ends instead. */
export async function startInstance(conditions: Conditions): Promise<Instance> {
  const { settings, through = [], env, onOutput, readNothing } = conditions
  const [program = '', ...args] = [...through, process.execPath, ...startCommand().words]
  const child = spawn(program, args, {
    cwd: tmpdir(),
    env: { PATH: process.env.PATH, ...startCommand().env, ...BASE_SETTINGS, ...settings, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  const ended = once(child, 'close').then(() => running.delete(child))
  const { promise: listening, resolve } = Promise.withResolvers<number>()
  let kept = ''
  const hear = (chunk: Buffer) => {
    const text = chunk.toString()
    onOutput?.(text)
    kept = (kept + text).slice(-KEPT)
    const port = /"port":(\d+)[^\n]*is listening/.exec(kept)?.[1]
    if (port) resolve(Number(port))
  }
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  const port = await Promise.race([
    listening,
    ended.then(() => Promise.reject(new Error(`the service ended with ${child.exitCode}:\n${kept}`))),
  ])
  if (readNothing) {
    child.stdout.off('data', hear)
    child.stdout.pause()
  }
  const pid = child.pid as number
  const alive = () => child.exitCode === null && child.signalCode === null
  return {
    port,
    pid,
    alive,
    memory: () => (alive() ? memoryOf(pid) : { all: 0, own: 0 }),
    lastWords: () => kept,
    async kill() {
      child.kill('SIGKILL')
      child.stdout.resume()
      await ended
    },
  }
}

function memoryOf(pid: number): Memory {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const bytes = (name: string) => Number(new RegExp(`^${name}:\\s*(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024
    return { all: bytes('VmRSS'), own: bytes('RssAnon') }
  } catch {
    return { all: 0, own: 0 }
  }
}

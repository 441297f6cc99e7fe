import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { type LogLines, readLogLines } from './log-lines.ts'

/** The real service in a process of its own. */
export interface RunningService extends LogLines {
  /** `http://127.0.0.1:PORT` */
  url: string
  port: number
  child: ChildProcess
  /** Everything written to stdout and stderr so far, as it came. */
  output(): string
  /** Sends SIGTERM and resolves with the exit code, when all it wrote has been read. */
  stop(): Promise<number | null>
}

type Settings = Record<string, string>

const ENTRY = fileURLToPath(new URL('../../packages/server/start.js', import.meta.url))

/** A key that must never be seen outside; tests search everything for it. */
export const API_KEY = 'sk-test-THIS-KEY-MUST-NEVER-LEAK-0123456789'

/** Settings for a service that stands alone; tests add what they are about. */
export const BASE_SETTINGS: Settings = {
  OPENAI_API_KEY: API_KEY,
  PORT: '0',
  HOST: '127.0.0.1',
  RATE_LIMIT_PER_MINUTE: '1000000',
  RATE_LIMIT_BURST: '1000',
  CIRCUIT_FAILURE_THRESHOLD: '10000',
  // Requests at the stand-in are counted; tests of the pool turn it on.
  POOL_ENABLED: 'false',
}

/**
 * Starts the service with these settings (over `BASE_SETTINGS`; an empty string unsets one) and waits until it listens.
 * Rejects with its output if it ends instead. No `.env` is read: it runs in the system's temporary folder.
 */
export async function startService(settings: Settings): Promise<RunningService> {
  const child = spawnService({ ...BASE_SETTINGS, ...settings })
  let output = ''
  child.stderr.on('data', chunk => {
    output += chunk
  })
  const log = readLogLines(child.stdout, text => {
    output += `${text}\n`
  })
  const closed = once(child, 'close')
  const ended = closed.then(([code]) => {
    throw new Error(`the service ended with ${code}:\n${output}`)
  })
  const { port } = (await Promise.race([log.logged(line => line.msg.endsWith('is listening')), ended])) as {
    port?: number
  }
  ended.catch(() => {})
  return {
    url: `http://127.0.0.1:${port}`,
    port: Number(port),
    child,
    output: () => output,
    ...log,
    async stop() {
      child.kill('SIGTERM')
      return (await closed)[0]
    },
  }
}

/** Runs the service until it ends by itself, as it does on bad settings. */
export async function runService(settings: Settings): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawnService(settings)
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', chunk => {
    stdout += chunk
  })
  child.stderr.on('data', chunk => {
    stderr += chunk
  })
  const [code] = await once(child, 'close')
  return { code, stdout, stderr }
}

/** A failing test must not leave an orphan behind. */
const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

function spawnService(settings: Settings): ChildProcessByStdio<null, Readable, Readable> {
  const env = { PATH: process.env.PATH, NODE_EXTRA_CA_CERTS: process.env.NODE_EXTRA_CA_CERTS, ...settings }
  const child = spawn(process.execPath, [ENTRY], { cwd: tmpdir(), env, stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  child.once('exit', () => running.delete(child))
  return child
}

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A line of the service's log. */
export type LogLine = Record<string, unknown> & { level: string; msg: string; time: string }

/** The real service in a process of its own. */
export interface RunningService {
  /** `http://127.0.0.1:PORT` */
  url: string
  port: number
  child: ChildProcess
  /** Everything written to stdout and stderr so far, as it came. */
  output(): string
  logs(): LogLine[]
  /** Resolves with the first log line, past or future, that the test accepts. */
  logged(accept: (line: LogLine) => boolean): Promise<LogLine>
  /** Sends SIGTERM and resolves with the exit code. */
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
  const lines: LogLine[] = []
  const waiting = new Set<(line: LogLine) => void>()
  let output = ''
  child.stderr?.on('data', chunk => {
    output += chunk
  })
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', text => {
    output += `${text}\n`
    const line = asLogLine(text)
    if (!line) return
    lines.push(line)
    for (const look of waiting) look(line)
  })

  const logged = (accept: (line: LogLine) => boolean) =>
    new Promise<LogLine>(resolve => {
      const known = lines.find(accept)
      if (known) return resolve(known)
      const look = (line: LogLine) => {
        if (!accept(line)) return
        waiting.delete(look)
        resolve(line)
      }
      waiting.add(look)
    })

  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the service ended with ${code}:\n${output}`)
  })
  const { port } = (await Promise.race([logged(line => line.msg.endsWith('is listening')), ended])) as { port?: number }
  ended.catch(() => {})
  return {
    url: `http://127.0.0.1:${port}`,
    port: Number(port),
    child,
    output: () => output,
    logs: () => [...lines],
    logged,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
      const exit = once(child, 'exit')
      child.kill('SIGTERM')
      return (await exit)[0]
    },
  }
}

/** Runs the service until it ends by itself, as it does on bad settings. */
export async function runService(settings: Settings): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawnService(settings)
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', chunk => {
    stdout += chunk
  })
  child.stderr?.on('data', chunk => {
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

function spawnService(settings: Settings): ChildProcess {
  const env = { PATH: process.env.PATH, NODE_EXTRA_CA_CERTS: process.env.NODE_EXTRA_CA_CERTS, ...settings }
  const child = spawn(process.execPath, [ENTRY], { cwd: tmpdir(), env, stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  child.once('exit', () => running.delete(child))
  return child
}

function asLogLine(text: string): LogLine | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'

const ENTRY = fileURLToPath(new URL('./start.js', import.meta.url))

/** The demo in a process of its own. */
export interface RunningDemo {
  /** As printed, `http://localhost:PORT`. */
  url: string
  port: number
  child: ChildProcess
  /** Everything written so far. */
  output(): string
  /** Sends the signal and resolves with the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

interface Start {
  env?: Record<string, string>
  args?: string[]
  cwd?: string
}

/** Starts the demo on a free port and waits until it has said all. Rejects with its output if it ends instead. */
export async function startDemo({ env = {}, args = [], cwd = tmpdir() }: Start = {}): Promise<RunningDemo> {
  const { child, output } = spawnDemo({ env: { PORT: '0', ...env }, args, cwd })
  const said = new Promise<void>(resolve => {
    child.stdout?.on('data', () => output().includes('Ctrl-C') && resolve())
  })
  const ended = once(child, 'close').then(([code]) => {
    throw new Error(`the demo ended with ${code}:\n${output()}`)
  })
  await Promise.race([said, ended])
  ended.catch(() => {})
  const url = /http:\/\/\S+:\d+/.exec(output())?.[0] ?? ''
  return {
    url,
    port: Number(new URL(url).port),
    child,
    output,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
      const exit = once(child, 'exit')
      child.kill(signal)
      return (await exit)[0]
    },
  }
}

/** Runs the demo until it ends by itself. */
export async function runDemo(start: Start): Promise<{ code: number | null; output: string }> {
  const { child, output } = spawnDemo(start)
  const [code] = await once(child, 'close')
  return { code, output: output() }
}

function spawnDemo({ env = {}, args = [], cwd = tmpdir() }: Start) {
  const settings = { PATH: process.env.PATH, HOST: '127.0.0.1', ...env }
  const child = spawn(process.execPath, [ENTRY, ...args], { cwd, env: settings, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', chunk => {
      output += chunk
    })
  return { child, output: () => output }
}

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type LogLines, readLogLines } from './log-lines.ts'

/** `npm start`, as its user types it. */
export interface NpmStart extends LogLines {
  /** `http://127.0.0.1:PORT` */
  url: string
  /** npm's process. */
  child: ChildProcess
  /** Everything written to stdout and stderr so far. */
  output(): string
  /** Sends SIGTERM to npm and resolves with npm's exit code. */
  stop(): Promise<number | null>
}

interface Start {
  settings: Record<string, string>
  /** The text of the `.env` in the folder; none unless told. */
  dotEnv?: string
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/**
 * Runs `npm start` in a folder that looks like the checkout but for its `.env`, and waits until the service listens.
 * Rejects with what it wrote if it ends instead.
 */
export async function npmStart({ settings, dotEnv }: Start): Promise<NpmStart> {
  const folder = checkoutWithout(dotEnv)
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, npm_config_update_notifier: 'false', ...settings }
  const child = spawn('npm', ['start'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = once(child, 'close')
  // A test that fails may forget to stop it.
  process.once('exit', () => child.kill())
  let output = ''
  child.stderr.on('data', chunk => {
    output += chunk
  })
  const log = readLogLines(child.stdout, text => {
    output += `${text}\n`
  })
  const failed = ended.then(([code]) => {
    rmSync(folder, { recursive: true })
    throw new Error(`npm start ended with ${code}:\n${output}`)
  })
  const { port } = await Promise.race([log.logged(({ msg }) => msg.endsWith('is listening')), failed])
  failed.catch(() => {})
  return {
    url: `http://127.0.0.1:${port}`,
    child,
    ...log,
    output: () => output,
    async stop() {
      child.kill('SIGTERM')
      return (await ended)[0]
    },
  }
}

/** A folder with everything that `npm start` needs, and no `.env` but this one. */
function checkoutWithout(dotEnv: string | undefined): string {
  const folder = mkdtempSync(join(tmpdir(), 'parker-start-'))
  copyFileSync(join(ROOT, 'package.json'), join(folder, 'package.json'))
  for (const name of ['packages', 'node_modules']) symlinkSync(join(ROOT, name), join(folder, name))
  if (dotEnv !== undefined) writeFileSync(join(folder, '.env'), dotEnv)
  return folder
}

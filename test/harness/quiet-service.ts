import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { freePort } from './free-port.ts'
import { BASE_SETTINGS } from './service.ts'

/** A service whose log may not say where it listens, or not in JSON. */
export interface QuietService {
  url: string
  stdout(): string
  stderr(): string
  /** Sends SIGTERM and resolves with the exit code, when all it wrote has been read. */
  stop(): Promise<number | null>
}

const ENTRY = fileURLToPath(new URL('../../packages/server/start.js', import.meta.url))

/** Starts the service with these settings (over `BASE_SETTINGS`) on a free port and waits until it accepts a connection. */
export async function startQuietly(settings: Record<string, string>): Promise<QuietService> {
  const port = await freePort()
  const env = { PATH: process.env.PATH, ...BASE_SETTINGS, ...settings, PORT: String(port) }
  const child = spawn(process.execPath, [ENTRY], { cwd: tmpdir(), env, stdio: ['ignore', 'pipe', 'pipe'] })
  const closed = once(child, 'close')
  // A test that fails may forget to stop it.
  process.once('exit', () => child.kill())
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', chunk => {
    stdout += chunk
  })
  child.stderr.on('data', chunk => {
    stderr += chunk
  })
  while (!(await accepts(port)))
    if (child.exitCode !== null) throw new Error(`the service ended with ${child.exitCode}:\n${stdout}${stderr}`)
  return {
    url: `http://127.0.0.1:${port}`,
    stdout: () => stdout,
    stderr: () => stderr,
    async stop() {
      child.kill('SIGTERM')
      return (await closed)[0]
    },
  }
}

/** Whether somebody listens on a port; waits a little if not. */
export async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    await new Promise(resolve => setTimeout(resolve, 20))
    return false
  } finally {
    socket.destroy()
  }
}

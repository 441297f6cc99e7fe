import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Answered } from './ask.ts'
import { BASE_SETTINGS } from './service.ts'
import type { Scope } from './services.ts'

const ENTRY = fileURLToPath(new URL('../../packages/server/start.js', import.meta.url))

/** A service whose every word is kept. */
export interface Printing {
  url: string
  port: number
  /** Stops it; resolves with all that it ever printed. */
  end(): Promise<string>
}

/** The service in a process of its own, whatever its log looks like, with all it ever printed. */
export async function startPrinting(t: Scope, settings: Record<string, string>): Promise<Printing> {
  const env = { PATH: process.env.PATH, ...BASE_SETTINGS, ...settings }
  const child = spawn(process.execPath, [ENTRY], { cwd: tmpdir(), env, stdio: ['ignore', 'pipe', 'pipe'] })
  t.after(() => child.kill('SIGKILL'))
  let output = ''
  const { promise: listening, resolve } = Promise.withResolvers<number>()
  const note = (chunk: Buffer) => {
    output += chunk
    const port = output.includes('is listening') ? /"?\bport"?: ?(\d+)/.exec(output)?.[1] : undefined
    if (port) resolve(Number(port))
  }
  child.stdout.on('data', note)
  child.stderr.on('data', note)
  const closed = once(child, 'close')
  const port = await Promise.race([listening, closed.then(() => Promise.reject(new Error(output)))])
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    async end(): Promise<string> {
      child.kill('SIGTERM')
      await closed
      return output
    },
  }
}

/** Where something confidential shows: once for each of the values and each place in a text, with what is around it. */
export function leaksIn(where: string, texts: string[], confidential: Record<string, string[]>): string[] {
  const found = new Map<string, string>()
  for (const text of texts)
    for (const [name, values] of Object.entries(confidential))
      for (const value of values) {
        const at = text.indexOf(value)
        if (at === -1) continue
        const field = /"?(\w+)"?: ?"[^"]*$/.exec(text.slice(0, at))?.[1]
        found.set(`${name} ${field}`, `${name} in ${where}: ${text.slice(Math.max(0, at - 60), at + 20)}`)
      }
  return [...found.values()]
}

/** All bytes of an answer that could give something away. */
export function shown({ status, headers, text }: Answered): string {
  return `${status} ${JSON.stringify([...headers])} ${text}`
}

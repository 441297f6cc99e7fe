import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { testFiles } from './files.ts'
import { thisMachine } from './parts.ts'
import { provideParts } from './provide-parts.ts'
import { runFiles } from './run-files.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** `npm test`: the real parts, then every test; `args` narrow the files. Resolves with the exit code. */
export async function main(args: readonly string[], env: Record<string, string | undefined>): Promise<number> {
  if (!provideParts(env, thisMachine(env), { say, run })) return 1
  const files = testFiles(ROOT, args)
  if (files.length > 0) return runFiles(ROOT, files)
  say(`No test file has ${args.join(' or ')} in its path.\n`)
  return 1
}

function say(text: string): void {
  process.stderr.write(text)
}

function run([command = '', ...args]: readonly string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], env })
  if (status === 0) return true
  say(`${command} ${args.join(' ')} failed${error ? `: ${error.message}` : ` with ${status}`}.\n`)
  return false
}

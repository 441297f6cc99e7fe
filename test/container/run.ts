import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const execute = promisify(execFile)

interface Options {
  cwd?: string
  env?: Record<string, string | undefined>
}

/** Runs a command to its end and resolves with its standard output. Rejects with all it wrote if it fails. */
export async function run(command: string, args: readonly string[], options: Options = {}): Promise<string> {
  const { stdout } = await execute(command, args, { maxBuffer: 64 * 1024 * 1024, ...options }).catch(error => {
    throw new Error(`${command} ${args.join(' ')} ended with ${error.code}:\n${error.stdout}${error.stderr}`)
  })
  return stdout
}

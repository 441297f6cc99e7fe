import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'

/** Long enough for the slowest test on a busy machine; one that hangs must not hang everything. */
const TEST_TIMEOUT_MS = 60_000

/**
 * Runs each file in a process of its own, two at once on a small machine, and prints as Node's spec reporter does.
 * Resolves with the exit code: 1 on a failure, on a test that was left out without a reason, or when nothing ran.
 */
export async function runFiles(root: string, files: readonly string[]): Promise<number> {
  const stream = run({
    cwd: root,
    files: [...files],
    concurrency: Math.max(2, availableParallelism()),
    timeout: TEST_TIMEOUT_MS,
    // A test that failed may leave a service running, which would keep its file's process alive for ever.
    execArgv: ['--test-force-exit'],
  })
  let ran = 0
  let failed = false
  const leftOut: LeftOut[] = []
  stream.on('test:fail', ({ todo }) => {
    if (todo === undefined) failed = true
  })
  const note = ({ name, file, skip, todo }: Result) => {
    ran++
    const reason = skip ?? todo
    if (reason !== undefined && reason !== false) leftOut.push({ name, file, reason })
  }
  stream.on('test:pass', note)
  stream.on('test:fail', note)
  const printed = stream.compose(new spec())
  printed.pipe(process.stdout, { end: false })
  await once(printed, 'end')
  for (const { name, file, reason } of leftOut)
    process.stdout.write(
      `left out: ${name} (${file}): ${reason === true ? 'no reason given, which is a failure' : reason}\n`,
    )
  return failed || ran === 0 || leftOut.some(({ reason }) => reason === true) ? 1 : 0
}

interface Result {
  name: string
  file?: string | undefined
  skip?: string | boolean
  todo?: string | boolean
}

interface LeftOut {
  name: string
  file: string | undefined
  reason: string | true
}

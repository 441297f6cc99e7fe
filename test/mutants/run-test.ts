import { join } from 'node:path'
import { run } from 'node:test'

/** What came of a test file, or of some of its tests. */
export interface TestRun {
  passed: string[]
  failed: { name: string; message: string }[]
  /** Milliseconds. */
  tookMs: number
}

/** A test that broke need not clear up at leisure. */
const LEFTOVERS = new URL('../run/leftovers.ts?patienceMs=2000', import.meta.url).href

/** Runs the tests of a file below `root` whose names hold `named`, in a process of their own, each for `limitMs` at most. */
export async function runTest(
  root: string,
  file: string,
  named: string | undefined,
  limitMs: number,
): Promise<TestRun> {
  const begun = performance.now()
  const path = join(root, file)
  const stream = run({
    cwd: root,
    files: [path],
    timeout: limitMs,
    execArgv: ['--import', LEFTOVERS],
    ...(named === undefined ? {} : { testNamePatterns: [new RegExp(RegExp.escape(named))] }),
  })
  const passed: string[] = []
  const failed: TestRun['failed'] = []
  for await (const { type, data } of stream) {
    // The file itself is a test too, which passes where no name fits.
    if (type === 'test:pass' && data.details.type !== 'suite' && data.name !== path) passed.push(data.name)
    // A suite fails with its tests, which are told of one by one.
    if (type === 'test:fail' && data.details.error.failureType !== 'subtestsFailed')
      failed.push({ name: data.name, message: messageOf(data.details.error) })
  }
  return { passed, failed, tookMs: performance.now() - begun }
}

/** The message of what the test threw; the runner wraps it. */
function messageOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message : String(error.cause ?? error.message)
}

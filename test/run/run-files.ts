import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { Readable } from 'node:stream'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'

/** Long enough for the slowest test on a busy machine; one that hangs must not hang everything. */
const TEST_TIMEOUT_MS = 60_000

/** Real media, containers, faults and fuzzing need a small machine for themselves. */
const ALONE = /(^|\/)test\/(e2e-|container|faults|fuzz|two-commands)[^/]*$/

/**
 * Runs each file in a process of its own, the heavy ones one after another and then the others two at once on a small
 * machine, and prints as Node's spec reporter does. Resolves with the exit code: 1 on a failure, on a test that was left
 * out without a reason, or when nothing ran.
 */
export async function runFiles(root: string, files: readonly string[]): Promise<number> {
  const groups = [
    { files: files.filter(file => ALONE.test(file)), concurrency: 1 },
    { files: files.filter(file => !ALONE.test(file)), concurrency: Math.max(2, availableParallelism()) },
  ].filter(group => group.files.length > 0)
  const found = { ran: 0, failed: false, leftOut: [] as LeftOut[] }
  const printed = Readable.from(eventsOf(root, groups, found)).compose(new spec())
  printed.pipe(process.stdout, { end: false })
  await once(printed, 'end')
  for (const { name, file, reason } of found.leftOut)
    process.stdout.write(
      `left out: ${name} (${file}): ${reason === true ? 'no reason given, which is a failure' : reason}\n`,
    )
  return found.failed || found.ran === 0 || found.leftOut.some(({ reason }) => reason === true) ? 1 : 0
}

interface Group {
  files: string[]
  concurrency: number
}

interface Found {
  ran: number
  failed: boolean
  leftOut: LeftOut[]
}

/** The runner's closing lines, such as `tests 12`. */
const TOTAL = /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) ([\d.]+)$/

/** What the runner says of each group in turn, with one set of totals at the end. */
async function* eventsOf(root: string, groups: readonly Group[], found: Found): AsyncGenerator<TestEvent> {
  const totals = new Map<string, number>()
  for (const group of groups) {
    const stream = run({
      cwd: root,
      ...group,
      timeout: TEST_TIMEOUT_MS,
      execArgv: ['--import', new URL('./leftovers.ts', import.meta.url).href],
    })
    for await (const event of stream as AsyncIterable<TestEvent>) {
      const [, name, value] = (event.type === 'test:diagnostic' && TOTAL.exec(event.data.message ?? '')) || []
      if (name === undefined) yield event
      else totals.set(name, (totals.get(name) ?? 0) + Number(value))
      note(event, found)
    }
  }
  for (const [name, value] of totals)
    yield { type: 'test:diagnostic', data: { nesting: 0, level: 'info', message: `${name} ${value}` } }
}

function note({ type, data }: TestEvent, found: Found): void {
  if (type !== 'test:pass' && type !== 'test:fail') return
  found.ran++
  if (type === 'test:fail' && data.todo === undefined) found.failed = true
  const reason = data.skip ?? data.todo
  if (reason !== undefined && reason !== false) found.leftOut.push({ name: data.name ?? '', file: data.file, reason })
}

/** As much of the runner's events as is looked at here. */
interface TestEvent {
  type: string
  data: {
    name?: string
    file?: string | undefined
    skip?: string | boolean
    todo?: string | boolean
    message?: string
    nesting?: number
    level?: string
  }
}

interface LeftOut {
  name: string
  file: string | undefined
  reason: string | true
}

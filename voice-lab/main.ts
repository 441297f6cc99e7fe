import { FaultSyntaxError } from '../packages/emulator/src/fault-text.ts'
import { overall } from '../packages/server/src/voice/lab/judge.ts'
import { type Arguments, readArguments, USAGE, UsageError } from './arguments.ts'
import { type Baseline, type Results, readBaseline } from './baseline.ts'
import { type Cell, cellsOf } from './cells.ts'
import { estimate, inWords } from './estimate.ts'
import { runGrid } from './grid.ts'
import { type Kept, resultStore, type Store } from './kept.ts'
import { progress } from './progress.ts'
import { BadSettings, chooseTarget, type Target } from './target.ts'
import { type Written, writeReport } from './write.ts'

const EXIT = { ok: 0, fails: 1, missing: 2, usage: 64, unpaid: 77, settings: 78 }

const say = (text: string) => void process.stdout.write(`${text}\n`)

/** `npm run voice-test`. Gives the exit code. */
export async function main(argv: readonly string[], env: Record<string, string | undefined>): Promise<number> {
  let target: Target | undefined
  try {
    const args = readArguments(argv)
    if (args.help) {
      process.stdout.write(USAGE)
      return EXIT.ok
    }
    const baseline = args.baseline === undefined ? undefined : readBaseline(args.baseline)
    target = await chooseTarget(env, args.emulator, args.faults)
    return await test(args, target, baseline)
  } catch (error) {
    const code = exitCodeOf(error)
    if (code === undefined) throw error
    process.stderr.write(`${(error as Error).message}\n`)
    return code
  } finally {
    await target?.close()
  }
}

function exitCodeOf(error: unknown): number | undefined {
  if (error instanceof UsageError || error instanceof FaultSyntaxError) return EXIT.usage
  return error instanceof BadSettings ? EXIT.settings : undefined
}

async function test(args: Arguments, target: Target, baseline: Baseline | undefined): Promise<number> {
  const cells = cellsOf(args, target.config, target.paid ? target.config.OPENAI_BASE_URL : `emulator ${args.faults}`)
  const store = resultStore(args.out)
  const missing = cells.filter(cell => args.fresh || store.load(cell) === undefined)
  say(announcement(cells, missing, target))
  if (!mayRun(missing, args, target)) return EXIT.unpaid
  const failures = await runGrid(missing, args.parallel, target.config, store, progress(missing.length, process.stdout))
  const kept = replies(cells, store)
  const results = resultsOf(kept, failures, target)
  say('Writing the report.')
  const report = writeReport(args.out, results, kept, baseline)
  const spent = usdOf(
    kept.filter(({ cell }) => missing.includes(cell)),
    target,
  )
  if (spent !== null) say(`This run cost $${spent.toFixed(4)}, by the usage that OpenAI reported.`)
  for (const line of [...failures, `${verdicts(kept)} ${placeOf(report)}`]) say(line)
  return exitCodeAfter(results)
}

/** Whether what is missing may be run; says what it will cost, where it costs anything. */
function mayRun(missing: readonly Cell[], { yes }: Arguments, { paid, config }: Target): boolean {
  if (!paid || missing.length === 0) return true
  say(inWords(estimate(missing, config.prices), missing[0]?.model ?? '', config.prices))
  if (!yes) say('Nothing was sent. Add --yes to spend it.')
  return yes
}

function announcement(cells: readonly Cell[], missing: readonly Cell[], { speaker }: Target): string {
  const count = cells.reduce((sum, { turns }) => sum + turns.length, 0)
  const left = cells.length - missing.length
  const done = left === 0 ? '' : ` ${left} of them are there from an earlier run.`
  return `${counted(cells.length, 'conversation', 's')}, ${counted(count, 'repl', 'ies', 'y')}, by ${speaker}.${done}`
}

function counted(count: number, stem: string, many: string, one = ''): string {
  return `${count} ${stem}${count === 1 ? one : many}`
}

function replies(cells: readonly Cell[], store: Store): (Kept & { cell: Cell })[] {
  return cells.flatMap(cell => (store.load(cell) ?? []).map(reply => ({ ...reply, cell })))
}

function resultsOf(kept: readonly Kept[], failures: readonly string[], target: Target): Results {
  return {
    made_at: new Date().toISOString(),
    speaker: target.speaker,
    usd: usdOf(kept, target),
    replies: kept.map(({ turn, result }) => ({ turn, ...result })),
    failures,
  }
}

function exitCodeAfter({ failures, replies }: Results): number {
  if (failures.length > 0) return EXIT.missing
  return overall(replies) === 'fail' ? EXIT.fails : EXIT.ok
}

function placeOf({ file, bytes, embedded }: Written): string {
  return `${file} (${(bytes / 1_048_576).toFixed(1)} MB${embedded ? '' : ', with clips/ beside it'})`
}

function verdicts(kept: readonly Kept[]): string {
  const count = (verdict: string) => kept.filter(({ result }) => result.verdict === verdict).length
  return `${count('pass')} pass, ${count('warn')} with a warning, ${count('fail')} fail.`
}

/** Null where nothing is billed, or one price is unknown. */
function usdOf(kept: readonly Kept[], { paid }: Target): number | null {
  const costs = kept.map(({ result }) => result.usd)
  return paid && costs.every(cost => cost !== null) ? costs.reduce((a, b) => a + b, 0) : null
}

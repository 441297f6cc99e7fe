import { readFileSync } from 'node:fs'
import { at } from '../packages/server/src/json.ts'
import type { TestResult } from '../packages/server/src/voice/lab/result.ts'
import type { Turn } from '../packages/server/src/voice/page/report.ts'
import { UsageError } from './arguments.ts'
import { isResult } from './is-result.ts'

/** What `results.json` holds. */
export interface Results {
  made_at: string
  speaker: string
  /** What the run cost, USD; null where nothing is billed, or no price is known. */
  usd: number | null
  replies: (TestResult & { turn: Turn })[]
  failures: readonly string[]
}

/** An earlier run to compare with. */
export interface Baseline {
  /** In words, for the report. */
  name: string
  find(result: TestResult, turn: Turn): TestResult | null
}

/** @throws UsageError if the file is not one of ours. */
export function readBaseline(file: string): Baseline {
  const { made_at, replies } = parse(file)
  const models = [...new Set(replies.map(({ model }) => model))].join(', ')
  return {
    name: `${made_at.slice(0, 16).replace('T', ' ')} (${models})`,
    find: (result, turn) => replies.find(reply => reply.turn === turn && isSameCell(reply, result)) ?? null,
  }
}

/** The model may be another: that is what one compares. */
function isSameCell(a: TestResult, b: TestResult): boolean {
  return a.voice === b.voice && a.difficulty === b.difficulty && a.sport === b.sport && a.mode === b.mode
}

function parse(file: string): Results {
  try {
    const results = JSON.parse(readFileSync(file, 'utf8')) as Results
    const known = typeof at(results, 'made_at') === 'string' && Array.isArray(at(results, 'replies'))
    if (known && results.replies.every(isResult)) return results
  } catch (error) {
    throw new UsageError(`--baseline ${file}: ${(error as Error).message}`)
  }
  throw new UsageError(`--baseline ${file} is not the results.json of an earlier run.`)
}

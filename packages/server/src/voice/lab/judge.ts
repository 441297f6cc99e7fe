import { type CheckName, type Figures, LIMITS, type Limit } from './limits.ts'

/** `none`: there was nothing to measure. */
export type Verdict = 'pass' | 'warn' | 'fail' | 'none'

/** One check with its outcome, complete for whoever reads it alone. */
export interface Judgement {
  name: CheckName
  title: string
  verdict: Verdict
  /** What is wrong, in two words; null where nothing is. */
  defect: string | null
  value: number | null
  unit: string
  /** The limits in words, such as `pass up to 1000, warn up to 2000`. */
  limit: string
  method: string
  because: string
}

export function judge(figures: Figures): Judgement[] {
  return (Object.keys(LIMITS) as CheckName[]).map(name => judgement(name, figures[name]))
}

function judgement(name: CheckName, value: number | null): Judgement {
  const limit: Limit = LIMITS[name]
  const { title, unit, method, because } = limit
  const verdict = verdictOf(value, limit)
  const rounded = value === null ? null : round(value, limit.decimals)
  return {
    name,
    title,
    verdict,
    defect: defectOf(value, verdict, limit),
    value: rounded,
    unit,
    limit: `pass ${inWords(limit.pass)}, warn ${inWords(limit.warn)}`,
    method,
    because,
  }
}

function verdictOf(value: number | null, { pass, warn, decimals }: Limit): Verdict {
  if (value === null) return 'none'
  const shown = round(value, decimals)
  const within = ([low, high]: readonly [number, number]) => shown >= low && shown <= high
  if (within(pass)) return 'pass'
  return within(warn) ? 'warn' : 'fail'
}

function defectOf(value: number | null, verdict: Verdict, { pass, low, high }: Limit): string | null {
  if (value === null || verdict === 'pass') return null
  return (value < pass[0] ? low : high) ?? null
}

/** What is judged is what is shown: 1000.4 ms against a limit of 1000 is not a warning that nobody understands. */
function round(value: number, decimals: number): number {
  return Number(value.toFixed(decimals))
}

/** A range as one says it: `up to 1000`, `-27 to -14`. */
export function inWords([low, high]: readonly [number, number]): string {
  const open = low === 0 || low === Number.NEGATIVE_INFINITY
  if (high === Number.POSITIVE_INFINITY) return `from ${low}`
  if (low === high) return `at ${low}`
  return open ? `up to ${high}` : `${low} to ${high}`
}

const SEVERITY: readonly Verdict[] = ['none', 'pass', 'warn', 'fail']

/** The worst of them. */
export function overall(judgements: readonly { verdict: Verdict }[]): Verdict {
  const worst = Math.max(0, ...judgements.map(({ verdict }) => SEVERITY.indexOf(verdict)))
  return SEVERITY[worst] ?? 'none'
}

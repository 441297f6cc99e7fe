import { fileURLToPath } from 'node:url'
import { CALL_MUTANTS } from './calls.ts'
import type { Mutant } from './mutant.ts'
import { prover, type Verdict } from './prove.ts'
import { scratchCopy } from './scratch.ts'

/*
 * `npm run mutants [-- part of a promise, a file or a test]`: breaks the code of one promise at a time, in a copy of the
 * tree, and runs the test that must notice. Ends with 1 where one does not.
 */

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const OUTCOME_WIDTH = 15

function choose(parts: readonly string[]): readonly Mutant[] {
  if (parts.length === 0) return CALL_MUTANTS
  return CALL_MUTANTS.filter(({ promise, file, test }) =>
    parts.some(part => `${promise}\n${file}\n${test}`.includes(part)),
  )
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

const chosen = choose(process.argv.slice(2))
const scratch = scratchCopy(ROOT)
process.once('exit', scratch.remove)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

const begun = performance.now()
const prove = prover(scratch.path)
const counts: Partial<Record<Verdict['outcome'], number>> = {}
for (const mutant of chosen) {
  const { outcome, note } = await prove(mutant)
  counts[outcome] = (counts[outcome] ?? 0) + 1
  say(`${outcome.padEnd(OUTCOME_WIDTH)}${mutant.promise}`)
  say(`${' '.repeat(OUTCOME_WIDTH)}by ${mutant.test}: ${note}`)
}
const told = Object.entries(counts).map(([outcome, count]) => `${count} ${outcome}`)
say(
  `\n${chosen.length} mutants: ${told.join(', ') || 'none fits'}; ${Math.round((performance.now() - begun) / 1000)} s`,
)
process.exitCode = counts.caught === chosen.length ? 0 : 1

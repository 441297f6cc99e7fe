import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { describe, it } from 'node:test'
import { CALL_MUTANTS } from './calls.ts'
import { type Mutant, mutate } from './mutant.ts'

const textOf = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

describe('every mutant', () => {
  it('stands for a promise of its own', () => {
    const promises = CALL_MUTANTS.map(({ promise }) => promise)
    assert.deepEqual(
      promises.filter((promise, i) => promises.indexOf(promise) !== i),
      [],
    )
  })

  it('applies at one place of the code as it is today, and leaves what can be parsed', () => {
    for (const mutant of CALL_MUTANTS) {
      const broken = mutate(textOf(mutant.file), mutant)
      assert.ok(broken !== undefined, `${mutant.promise}: ${mutant.file} does not hold once: ${mutant.from}`)
      if (mutant.file.endsWith('.ts')) assert.ok(stripTypeScriptTypes(broken), mutant.promise)
    }
  })

  it('names a test that there is', () => {
    for (const { promise, test, named } of CALL_MUTANTS) assert.ok(isThere(test, named), `${promise}: ${test} ${named}`)
  })
})

/** The name may be put together of parts, as where a table makes tests; then the runner alone can tell. */
function isThere(test: Mutant['test'], named: Mutant['named']): boolean {
  const text = textOf(test)
  return named === undefined || text.includes(named) || text.includes('it(`') || text.includes('it(name')
}

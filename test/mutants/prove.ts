import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Mutant, mutate } from './mutant.ts'
import { runTest, type TestRun } from './run-test.ts'

export interface Verdict {
  outcome: 'caught' | 'SURVIVED' | 'CRASHED' | 'RED BEFORE' | 'DOES NOT APPLY'
  /** The test that noticed, or what is wrong. */
  note: string
}

/** For tests of sound code, milliseconds; generous, since nothing is learnt from one that is too slow. */
const SOUND_LIMIT_MS = 120_000
/** A test that takes so much longer than it did waits for what will not come, milliseconds. */
const limitAfter = ({ tookMs }: TestRun) => 15_000 + 2 * tookMs

/** Breaks the tree at `root` by one mutant at a time and mends it again. Each test is first seen to pass unbroken. */
export function prover(root: string): (mutant: Mutant) => Promise<Verdict> {
  const sound = new Map<string, TestRun>()

  async function unbroken({ test, named }: Mutant): Promise<TestRun> {
    const key = `${test} ${named}`
    const known = sound.get(key) ?? (await runTest(root, test, named, SOUND_LIMIT_MS))
    sound.set(key, known)
    return known
  }

  return async mutant => {
    const path = join(root, mutant.file)
    const text = readFileSync(path, 'utf8')
    const broken = mutate(text, mutant)
    if (broken === undefined) return { outcome: 'DOES NOT APPLY', note: mutant.file }
    const before = await unbroken(mutant)
    if (before.failed.length > 0 || before.passed.length === 0)
      return { outcome: 'RED BEFORE', note: before.failed[0]?.name ?? 'no such test' }
    writeFileSync(path, broken)
    try {
      return judge(await runTest(root, mutant.test, mutant.named, limitAfter(before)), mutant.test)
    } finally {
      writeFileSync(path, text)
    }
  }
}

/** A service that does not even start, or a file that does not load, would fail any test: that proves nothing. */
const CRASH = /the service ended with|SyntaxError|ReferenceError/

function judge({ passed, failed }: TestRun, file: string): Verdict {
  const [first] = failed
  if (!first) return { outcome: 'SURVIVED', note: `passed: ${passed[0] ?? 'nothing'}` }
  const crashed = first.name.endsWith(file) || CRASH.test(first.message)
  const waited = first.message.startsWith('test timed out') ? ' (waited in vain)' : ''
  return { outcome: crashed ? 'CRASHED' : 'caught', note: first.name + waited }
}

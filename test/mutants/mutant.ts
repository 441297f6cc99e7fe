/** A promise, the code that keeps it, and the test that must fail once that code is broken. */
export interface Mutant {
  /** In a short sentence; the runner's filter looks in it. */
  promise: string
  /** Below the root. */
  file: string
  /** Stands exactly once in the file. */
  from: string
  /** What it becomes: code that a hurried change might leave, sound but for the promise. */
  to: string
  /** The test file, below the root. */
  test: string
  /** A part of the names of the tests to run, suites included; all of the file where it is left out. */
  named?: string
}

/** The text with the mutant in it; undefined where the code has changed so that it no longer applies. */
export function mutate(text: string, { from, to }: Pick<Mutant, 'from' | 'to'>): string | undefined {
  const [before, after, ...more] = text.split(from)
  return before === undefined || after === undefined || more.length > 0 ? undefined : before + to + after
}

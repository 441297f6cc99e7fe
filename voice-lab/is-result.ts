import { at } from '../packages/server/src/json.ts'
import type { TestResult } from '../packages/server/src/voice/lab/result.ts'

const TEXTS = ['verdict', 'model', 'voice', 'difficulty', 'tested_at', 'prompt', 'said']
const LISTS = ['checks', 'pauses', 'clipping', 'word_edits']

/** Whether JSON from a file is a result of ours, as far as a damaged or a foreign one would show. */
export function isResult(value: unknown): value is TestResult {
  return (
    TEXTS.every(name => typeof at(value, name) === 'string') &&
    LISTS.every(name => Array.isArray(at(value, name))) &&
    typeof at(value, 'duration_seconds') === 'number'
  )
}

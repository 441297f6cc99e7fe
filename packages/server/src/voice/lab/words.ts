import { spelled } from './numerals.ts'

/** One step from what was to be said to what was said; a word is missing on one side where it was left out or put in. */
export interface Edit {
  asked: string | null
  said: string | null
}

export interface WordComparison {
  /** (substituted + left out + put in) / words asked for. 0 is perfect; it can pass 1. */
  errorRate: number
  /** Only where the two differ, in order. */
  edits: Edit[]
}

/** More words than anyone is asked to say; a longer transcript is cut here. */
const MAX_WORDS = 2000

/**
 * Words as they sound: without case, accents' forms, punctuation and hyphens, numbers to 999 spelled out. The usual
 * normalisation before a word error rate (NIST SCTK; OpenAI's Whisper, appendix C), less its lists of spellings.
 */
export function wordsOf(text: string): string[] {
  const plain = text.normalize('NFKC').toLowerCase().replaceAll('’', "'")
  const words = plain.match(/[\p{L}\p{M}\p{N}]+(?:'[\p{L}\p{M}]+)*/gu) ?? []
  return words.flatMap(word => (/^\d{1,3}$/.test(word) ? spelled(Number(word)) : [word])).slice(0, MAX_WORDS)
}

/** Word error rate by the least number of edits (V. Levenshtein, 1966); null where nothing was to be said. */
export function compareWords(asked: string, said: string): WordComparison | null {
  const [from, to] = [wordsOf(asked), wordsOf(said)]
  if (from.length === 0) return null
  const edits = trace(from, to, distances(from, to))
  return { errorRate: edits.length / from.length, edits }
}

/** `[i][j]`: edits from the first i words asked to the first j words said. */
function distances(asked: string[], said: string[]): Uint16Array[] {
  const rows = Array.from({ length: asked.length + 1 }, () => new Uint16Array(said.length + 1))
  rows.forEach((row, i) => {
    for (let j = 0; j <= said.length; j++) row[j] = cheapest(rows, i, j, asked[i - 1] === said[j - 1])
  })
  return rows
}

function cheapest(rows: Uint16Array[], i: number, j: number, same: boolean): number {
  if (i === 0 || j === 0) return i + j
  const at = (a: number, b: number) => rows[a]?.[b] ?? 0
  return Math.min(at(i - 1, j - 1) + (same ? 0 : 1), at(i - 1, j) + 1, at(i, j - 1) + 1)
}

/** Walks the table back from its end; of equal ways it takes the one that keeps like words together. */
function trace(asked: string[], said: string[], rows: Uint16Array[]): Edit[] {
  const edits: Edit[] = []
  const at = (a: number, b: number) => rows[a]?.[b] ?? 0
  for (let i = asked.length, j = said.length; i > 0 || j > 0; ) {
    const same = i > 0 && j > 0 && asked[i - 1] === said[j - 1]
    if (!same && i > 0 && at(i, j) === at(i - 1, j) + 1) edits.push({ asked: asked[--i] ?? null, said: null })
    else if (!same && j > 0 && at(i, j) === at(i, j - 1) + 1) edits.push({ asked: null, said: said[--j] ?? null })
    else {
      if (!same) edits.push({ asked: asked[i - 1] ?? null, said: said[j - 1] ?? null })
      i--
      j--
    }
  }
  return edits.reverse()
}

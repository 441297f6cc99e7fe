/** Runs at least this long that a text shares with something confidential are cut out of it. */
const MIN_SHARED = 8
const MAX_LENGTH = 300

const LOOKS_SECRET = /\b(sk|ek|rk|sess)[-_][\w-]{6,}|\beyJ[\w-]{6,}\.[\w.-]+|\bBearer\s+\S+/gi

/**
 * Makes OpenAI's free text fit for the log: bounded, on one line, without anything that looks like a secret and without
 * any passage of the confidential texts, which a careless or hostile upstream may quote.
 */
export function scrub(text: string, confidential: readonly string[]): string {
  const line = text
    .slice(0, MAX_LENGTH)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(LOOKS_SECRET, '[…]')
  let clean = ''
  for (let i = 0; i < line.length; ) {
    const shared = sharedLength(line, i, confidential)
    if (shared >= MIN_SHARED && !clean.endsWith('[…]')) clean += '[…]'
    if (shared < MIN_SHARED) clean += line[i]
    i += shared >= MIN_SHARED ? shared : 1
  }
  return clean
}

/** The length of the longest passage at `start` that one of the texts has too; 0 if shorter than the least. */
function sharedLength(line: string, start: number, confidential: readonly string[]): number {
  let length = 0
  for (const text of confidential) {
    let end = start + MIN_SHARED
    while (end <= line.length && text.includes(line.slice(start, end))) {
      length = Math.max(length, end - start)
      end++
    }
  }
  return length
}

/** An identifier of OpenAI's that is safe to log: short and plain, or nothing. */
export function plainIdentifier(value: unknown): string {
  return typeof value === 'string' && /^[\w.:[\]-]{1,128}$/.test(value) ? value : ''
}

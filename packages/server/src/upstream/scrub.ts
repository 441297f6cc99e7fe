import { at } from '../json.ts'
import { withoutCredentials } from '../secret.ts'

/** Runs at least this long that a text shares with something confidential are cut out of it. */
const MIN_SHARED = 8
const MAX_LENGTH = 300

/**
 * Makes OpenAI's free text fit for the log: bounded, on one line, without anything that looks like a secret and without
 * any passage of the confidential texts, which a careless or hostile upstream may quote.
 */
export function scrub(text: string, confidential: readonly string[]): string {
  const line = withoutCredentials(text.slice(0, MAX_LENGTH).replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' '))
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

/**
 * A name in OpenAI's error object (`code`, `type`, `param`) that is safe to log: it looks like one and like no credential,
 * and the request does not hold it, so that it cannot be a caller's word; or it is one that we know.
 */
export function plainName(value: unknown, requestBody: string): string {
  if (typeof value !== 'string') return ''
  if (KNOWN_NAMES.has(value)) return value
  const plain = /^[a-z][a-z0-9_.[\]]{0,63}$/.test(value) && withoutCredentials(value) === value
  return plain && !requestBody.includes(value) ? value : ''
}

const KNOWN_NAMES = new Set(['model', 'voice', 'session', 'session.type', 'expires_after.anchor', 'server_error'])

/** The names of OpenAI's error object, which may be anything; those that `confidential` holds are left out. */
export function errorNames(error: unknown, confidential = ''): { code: string; type: string } {
  return { code: plainName(at(error, 'code'), confidential), type: plainName(at(error, 'type'), confidential) }
}

/** Passages shorter than this are in any text by chance. */
const MIN_WORD = 5

/**
 * An id of OpenAI's that is safe to log and to hand on, or nothing: short and plain, no credential, and without
 * anything of the confidential texts.
 */
export function plainId(value: unknown, confidential: readonly string[]): string {
  if (typeof value !== 'string' || !/^[A-Za-z0-9_-]{1,128}$/.test(value) || /^(sk|ek|rk)[-_]/.test(value)) return ''
  const bare = value.replace(/^(req|sess)_/, '')
  const quotes = (text: string) => value.includes(text) || (bare.length >= MIN_WORD && text.includes(bare))
  return confidential.some(quotes) ? '' : value
}

import type { ApiError } from './errors.ts'
import { type Fault, type FaultKind, faultHelp, faultKinds, type Target, targetKinds } from './fault-words.ts'
import { outageOf, outages } from './outages.ts'

type Draft = Omit<Fault, 'target' | 'text'> & { status?: number; code?: string }

/** Thrown for a fault text that cannot be read; the message names the bad word and the vocabulary. */
export class FaultSyntaxError extends Error {
  override name = 'FaultSyntaxError'

  constructor(problem: string) {
    super(`${problem}\n${faultHelp}`)
  }
}

const numberIn = (word: string, value: string, minimum: number, maximum: number) => {
  const number = Number(value)
  if (value !== '' && number >= minimum && number <= maximum) return number
  throw new FaultSyntaxError(`'${word}=${value}': expected a number from ${minimum} to ${maximum}.`)
}

const integerIn = (word: string, value: string, minimum: number, maximum: number) => {
  const number = numberIn(word, value, minimum, maximum)
  if (Number.isInteger(number)) return number
  throw new FaultSyntaxError(`'${word}=${value}': expected a whole number.`)
}

const HOUR_MS = 3_600_000

type Reader = (value: string, draft: Draft, word: string) => void

const header: Reader = (value, draft, word) => {
  // Nonsense is welcome, so that a client can be tried with it, as long as it can be sent.
  if (!/^[\x21-\x7e]+$/.test(value)) throw new FaultSyntaxError(`'${word}=${value}' is not a header's value.`)
  draft.headers[word] = value
}

const readers: Readonly<Record<string, Reader>> = {
  status: (value, draft, word) => {
    draft.status = integerIn(word, value, 400, 599)
  },
  code: (value, draft) => {
    draft.code = value
  },
  'retry-after': header,
  'retry-after-ms': header,
  'x-should-retry': header,
  redirect: (value, draft) => {
    if (!URL.canParse(value)) throw new FaultSyntaxError(`'redirect=${value}': expected an absolute URL.`)
    draft.headers.location = new URL(value).href
  },
  'slow-body': (value, draft, word) => {
    if (value !== '') draft.byteMs = integerIn(word, value, 1, HOUR_MS)
  },
  delay: (value, draft, word) => {
    draft.delayMs = integerIn(word, value, 0, HOUR_MS)
  },
  times: (value, draft, word) => {
    draft.times = integerIn(word, value, 1, Number.MAX_SAFE_INTEGER)
  },
  every: (value, draft, word) => {
    draft.every = integerIn(word, value, 1, Number.MAX_SAFE_INTEGER)
  },
  chance: (value, draft, word) => {
    draft.chance = numberIn(word, value, 0, 1)
  },
}

const isKind = (word: string): word is FaultKind => faultKinds.some(kind => kind === word)

const readWord = (draft: Draft, written: string) => {
  const [word = '', ...rest] = written.split('=')
  const value = rest.join('=')
  const read = readers[word]
  if (!read && !isKind(word)) throw new FaultSyntaxError(`'${written}' is not a fault.`)
  if (!read && value !== '') throw new FaultSyntaxError(`'${word}' takes no value.`)
  read?.(value, draft, word)
  if (!isKind(word)) return
  if (draft.kind) throw new FaultSyntaxError(`'${draft.kind}' and '${word}' cannot both happen to one answer.`)
  draft.kind = word
}

const errorOf = (status: number, code: string | undefined): ApiError => {
  if (code === undefined) return outageOf(status)
  const rows = outages.filter(row => row.status === status)
  const row = rows.find(({ body }) => String(body.error.code) === code)
  if (row) return row
  const known = rows.map(({ body }) => body.error.code).filter(name => name !== null)
  throw new FaultSyntaxError(`status ${status} has no code '${code}', only: ${known.join(', ') || 'none'}.`)
}

const targets = Object.keys(targetKinds) as Target[]

const canHappen = (target: Target, kind: FaultKind) => targetKinds[target].some(one => one === kind)

const readRule = (text: string): Fault => {
  const [aim = '', ...rest] = text.split(':')
  const target = targets.find(name => name === aim)
  if (!target || rest.length === 0) {
    throw new FaultSyntaxError(`'${text}' must begin with a target and a colon: ${targets.join(', ')}.`)
  }
  const draft: Draft = { headers: {}, byteMs: 100, delayMs: 0, times: Infinity, every: 1, chance: 1 }
  for (const word of rest.join(':').split(',')) readWord(draft, word)
  return finished(draft, target, text)
}

const finished = ({ status, code, ...fault }: Draft, target: Target, text: string): Fault => {
  const decorated = code !== undefined || Object.keys(fault.headers).some(name => name !== 'location')
  if (status === undefined && decorated) throw new FaultSyntaxError(`'${text}' has words that need status=N.`)
  if (fault.kind && !canHappen(target, fault.kind)) {
    throw new FaultSyntaxError(`'${fault.kind}' cannot happen to '${target}', only: ${targetKinds[target].join(', ')}.`)
  }
  if (!fault.kind && fault.delayMs === 0) throw new FaultSyntaxError(`'${text}' says when but not what.`)
  return { ...fault, target, text, ...(status === undefined ? {} : { error: errorOf(status, code) }) }
}

/**
 * Reads a fault text such as `mint:status=429,retry-after=2,times=3 models:stall`.
 * @throws FaultSyntaxError naming the first bad word.
 */
export const parseFaults = (text: string): Fault[] =>
  text
    .split(/[\s;]+/)
    .filter(rule => rule !== '')
    .map(readRule)

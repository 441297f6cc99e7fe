import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { parseJson } from '../json.ts'
import { withoutCredentials } from '../secret.ts'

/** Names what is wrong with a setting, for whoever acts on it; most need no more than their sentence. */
export type ProblemId =
  | 'missing'
  | 'file-unreadable'
  | 'origin-pattern'
  | 'origin-malformed'
  | 'plain-http'
  | 'too-short'
  | 'price-missing'

/** Thrown by a parser: what is wrong with the text, said so that it completes "NAME … ". Quotes nothing but what `shown` gives. */
export class BadValue extends Error {
  readonly id: ProblemId | undefined

  constructor(message?: string, id?: ProblemId) {
    super(message)
    this.id = id
  }
}

/** Reads the text of a setting, or throws `BadValue`. */
export type Parse<T> = (text: string) => T

export const text =
  (maxLength: number): Parse<string> =>
  value => {
    if (value === '') throw new BadValue('is blank')
    if (value.length > maxLength) throw new BadValue(`is longer than ${maxLength} characters`)
    return value
  }

/** A value that will travel in an HTTP header: visible ASCII, no spaces. */
export const token =
  (minLength = 1, maxLength = 4096): Parse<string> =>
  value => {
    if (/^(["']).*\1$/.test(value)) throw new BadValue('stands in quotes, which would be a part of it; leave them out')
    if (!/^[\x21-\x7e]+$/.test(value)) throw new BadValue('has spaces or characters that an HTTP header cannot carry')
    if (value.length < minLength) throw new BadValue(`is shorter than ${minLength} characters`, 'too-short')
    if (value.length > maxLength) throw new BadValue(`is longer than ${maxLength} characters`)
    return value
  }

/** Text that keys a MAC, as UTF-8. It travels nowhere, so any characters will do. */
export const macKey =
  (minBytes: number, maxLength = 4096): Parse<string> =>
  value => {
    if (Buffer.byteLength(value) < minBytes) throw new BadValue(`is shorter than ${minBytes} bytes`)
    if (value.length > maxLength) throw new BadValue(`is longer than ${maxLength} characters`)
    return value
  }

const numberLike =
  (form: RegExp, kind: string) =>
  (min: number, max: number): Parse<number> =>
  value => {
    const number = form.test(value) ? Number(value) : Number.NaN
    if (!(number >= min && number <= max)) throw new BadValue(`is not ${kind} from ${min} to ${max}`)
    return number
  }

export const integer = numberLike(/^\d{1,15}$/, 'a whole number')

export const decimal = numberLike(/^(\d{1,15}(\.\d{1,15})?|\.\d{1,15})$/, 'a number')

const BOOLEANS = new Map([
  ['true', true],
  ['yes', true],
  ['on', true],
  ['1', true],
  ['false', false],
  ['no', false],
  ['off', false],
  ['0', false],
])

export const boolean: Parse<boolean> = value => {
  const known = BOOLEANS.get(value.toLowerCase())
  if (known === undefined) throw new BadValue('is neither true nor false')
  return known
}

export const oneOf =
  <const T extends string>(...names: T[]): Parse<T> =>
  value => {
    const known = names.find(name => name === value)
    if (known === undefined) throw new BadValue(`is none of: ${names.join(', ')}`)
    return known
  }

/** A JSON array of strings, or names separated by commas. */
export const list =
  <T>(item: Parse<T>, { min = 0 } = {}): Parse<T[]> =>
  value => {
    const items = value.startsWith('[') ? jsonStrings(value) : value.split(',').map(part => part.trim())
    if (items.some(part => part === '')) throw new BadValue('has an empty entry')
    if (items.length < min) throw new BadValue(`needs at least ${min} entry`)
    return readAll([...new Set(items)], single(item))
  }

/** No entry of any list may hold these; two entries with something else than a comma between them do. */
const SEVERAL = /;|\S\s+\S|:\/\/.*:\/\//

/** Refuses what looks like several entries, before it is judged, and advised on, as one. */
const single =
  <T>(item: Parse<T>): Parse<T> =>
  value => {
    if (SEVERAL.test(value)) throw new BadValue(`has ${shown(value)}: separate entries by commas`)
    return item(value)
  }

/** A part of a setting that is no secret, for a message about it. One may have been pasted there all the same. */
export function shown(value: string): string {
  return JSON.stringify(withoutCredentials(value).slice(0, 100))
}

/** Bad entries of a list that are told at once. */
const MOST_TOLD = 10

/** What is wrong with any entry is told together, so that a list is mended in one go; its id is that of the first. */
function readAll<T>(parts: readonly string[], item: Parse<T>): T[] {
  const problems = new Map<string, ProblemId | undefined>()
  const read: T[] = []
  for (const part of parts) {
    try {
      read.push(item(part))
    } catch (error) {
      if (!(error instanceof BadValue)) throw error
      problems.set(error.message, error.id)
    }
  }
  const [first] = problems.values()
  if (problems.size > 0) throw new BadValue([...problems.keys()].slice(0, MOST_TOLD).join('; it '), first)
  return read
}

function jsonStrings(value: string): string[] {
  const parsed = parseJson(value)
  if (Array.isArray(parsed) && parsed.every(part => typeof part === 'string')) return parsed
  throw new BadValue('starts like a JSON array but is not a JSON array of strings')
}

const PRIVATE_RANGES = new Set(['loopback', 'private', 'uniqueLocal', 'linkLocal', 'carrierGradeNat'])

/** Whether plain http to this host stays on the machine or inside a private network. */
export function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '')
  if (isIP(host)) return PRIVATE_RANGES.has(ipaddr.process(host).range())
  return !host.includes('.') || /\.(internal|local|localhost)$/.test(host)
}

function webAddress(value: string): URL {
  // Parsing passes over white space, as at the end of a pasted line; what is built from the text would keep it.
  const parsed = /\s/.test(value) ? null : URL.parse(value)
  if (!parsed || !/^https?:$/.test(parsed.protocol)) throw new BadValue('is not an http or https address')
  if (parsed.username || parsed.password) throw new BadValue('must not hold a user name or password')
  return parsed
}

/** What paths are put behind: https, or plain http to a private host; no query or fragment; without the trailing slash. */
export const baseUrl: Parse<string> = value => {
  const parsed = webAddress(value)
  if (parsed.search || parsed.hash) throw new BadValue('must not have a query or a fragment')
  if (parsed.protocol === 'http:' && !isPrivateHost(parsed.hostname))
    throw new BadValue(
      'uses plain http to a public host, which would send secrets in the clear; use https',
      'plain-http',
    )
  return value.replace(/\/+$/, '')
}

/** A document's address, exactly as it is written: https, or plain http to this machine. */
export const documentUrl: Parse<string> = value => {
  const { protocol, hostname } = webAddress(value)
  if (protocol === 'http:' && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname))
    throw new BadValue('uses plain http, so that anyone on the way could put other keys there; use https')
  return value
}

/** `redis://` or `rediss://` (TLS), which may hold a password. */
export const redisUrl: Parse<string> = value => {
  const parsed = URL.parse(value)
  if (!parsed || !/^rediss?:$/.test(parsed.protocol) || !parsed.hostname)
    throw new BadValue('is not an address such as redis://host:6379 (rediss:// for TLS)')
  if (!/^\/?\d{0,9}$/.test(parsed.pathname)) throw new BadValue('has a path that is no database number, as /0 would be')
  if (![parsed.username, parsed.password].every(isPercentEncoded))
    throw new BadValue('has a user or password that is not percent-encoded: write % as %25')
  return value
}

function isPercentEncoded(text: string): boolean {
  try {
    return decodeURIComponent(text) !== undefined
  } catch {
    return false
  }
}

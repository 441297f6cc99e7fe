import type { IncomingHttpHeaders } from 'node:http'
import { type ApiError, noKey, wrongKey } from './errors.ts'

/** The key in an `authorization` header. */
export const bearer = (headers: IncomingHttpHeaders) => /^Bearer\s+(\S+)$/i.exec(headers.authorization ?? '')?.[1]

/**
 * Whether a call carries a standard API key: client secrets (`ek_…`) are refused, as they cannot mint.
 * @param accepted the one key to take; any that begins with `sk-` when undefined.
 * @returns the 401 to answer, or undefined.
 */
export const refuseKey = (headers: IncomingHttpHeaders, accepted: string | undefined): ApiError | undefined => {
  const key = bearer(headers)
  if (key === undefined) return noKey
  return isStandardKey(key, accepted) ? undefined : wrongKey(key)
}

/** Whether this key is a standard one; see {@link refuseKey}. */
export const isStandardKey = (key: string, accepted: string | undefined) =>
  accepted === undefined ? key.startsWith('sk-') : key === accepted

/** What may be kept of an `authorization` header: its scheme and the sort of key, never the key. */
export const maskAuthorization = (header: string): string => {
  const [scheme = '', key = ''] = header.split(/\s+/)
  const sort = /^(sk-proj-|sk-|ek_)/.exec(key)?.[0] ?? ''
  return key === '' ? '…' : `${scheme} ${sort}…`
}

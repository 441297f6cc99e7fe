import type { IncomingHttpHeaders } from 'node:http'
import type { Call, Outcome } from './http.ts'
import { maskAuthorization } from './keys.ts'

/** A request as it came in; `body` is parsed where it was JSON. */
export type RecordedRequest = { method: string; path: string; headers: IncomingHttpHeaders; body: unknown }

/** Requests by route (`POST /v1/…`, or `unknown`) and status; `none` counts those that were never answered. */
export type Counts = Record<string, Record<string, number>>

export type Ledger = {
  readonly counts: Counts
  readonly requests: readonly RecordedRequest[]
  record(call: Call): void
  count(route: string, outcome: Outcome): void
}

const MAX_REQUESTS = 1000

const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}

const masked = (headers: IncomingHttpHeaders): IncomingHttpHeaders =>
  headers.authorization === undefined
    ? headers
    : { ...headers, authorization: maskAuthorization(headers.authorization) }

/** Keeps the last 1000 requests, or none with `keepRequests: false`, and counts all of them. */
export const createLedger = (keepRequests: boolean): Ledger => {
  const counts: Counts = {}
  const requests: RecordedRequest[] = []
  return {
    counts,
    requests,
    record: ({ method, path, headers, body }) => {
      if (!keepRequests) return
      requests.push({ method, path, headers: masked(headers), body: parsed(body) })
      if (requests.length > MAX_REQUESTS) requests.shift()
    },
    count: (route, status) => {
      counts[route] ??= {}
      counts[route][status] = (counts[route][status] ?? 0) + 1
    },
  }
}

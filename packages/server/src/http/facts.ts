import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Ticket } from '../calls/call.ts'
import type { Clock } from '../clock.ts'
import type { TrustProxy } from '../config/trust-proxy.ts'
import { clientAddress, hasForwardingHeader } from '../identity/address.ts'
import type { IsOperator } from '../identity/operator.ts'
import type { ReportSubject } from '../report-key.ts'

/** A ticket that can be spent. */
export interface ShownTicket {
  hash: string
  ticket: Ticket
}

/** What the steps find out about a request, for the steps after them and for the log. */
export interface Facts {
  /** Monotonic milliseconds. */
  startedAt: number
  /** Whether it carries the operators' token. */
  operator: boolean
  /** Whether a credential was handed out. */
  issued: boolean
  /** What a report key spoke for, on the route that takes one. */
  report?: ReportSubject
  /** The ticket that was shown, on the route that takes one. */
  ticket?: ShownTicket
  /** Who is counted and logged: `operator`, `sub:…` of a JWT, and until it is known who asks `ip:…`. */
  client: string
  /** What the route adds to the request's log line. Nothing confidential. */
  logged: Record<string, unknown> | undefined
  errorType: string | undefined
  cause: unknown
}

declare module 'fastify' {
  interface FastifyRequest {
    facts: Facts
  }
  interface FastifyContextConfig {
    /** Who may call: anyone, callers with a JWT where one is required, or operators. */
    access?: 'jwt' | 'operator'
    /** Whether browsers call it, so that Origin and Referer are checked at its address, whatever the method. */
    browser?: true
    /** Whether a credential is what it is asked for. */
    issues?: true
    /** Whether the token rates apply. */
    rated?: true
    /** Whether the answer ends when the caller goes, and that is as it should be. */
    stream?: true
  }
}

export type Request = FastifyRequest
export type Reply = FastifyReply
/** A step of one route, before its body is read. */
export type Hook = (request: Request, reply: Reply, done: (refusal?: Error) => void) => void

interface FactsOptions {
  clock: Clock
  isOperator: IsOperator
  trust: TrustProxy
  onForwardingIgnored(): void
}

/** Begins the facts of every request, before any step that could refuse it. */
export function requestFacts(app: FastifyInstance, options: FactsOptions): void {
  const { clock, isOperator, trust, onForwardingIgnored } = options
  app.decorateRequest('facts')
  app.addHook('onRequest', (request, _reply, done) => {
    const { headers, socket } = request
    const operator = isOperator(headers.authorization)
    if (trust.kind === 'none' && hasForwardingHeader(headers)) onForwardingIgnored()
    request.facts = {
      startedAt: clock.mono(),
      operator,
      issued: false,
      client: operator ? 'operator' : `ip:${clientAddress(socket.remoteAddress, headers, trust)}`,
      logged: undefined,
      errorType: undefined,
      cause: undefined,
    }
    done()
  })
}

/** Header values come as strings, except that a hostile client may repeat some. */
export function singleHeader(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}

/** The path of a request, without its query. */
export function pathOf(url: string): string {
  const query = url.indexOf('?')
  return query === -1 ? url : url.slice(0, query)
}

/** Scheme, host and port and nothing else, as browsers write it (RFC 6454, section 7); or `null`. */
const ORIGIN = /^(null|[a-z][a-z0-9+.-]*:\/\/[^\s/?#@;,]+)$/i
/** Far longer than a host's name can be. */
const MOST_ORIGIN = 300

/** An `Origin` for the log: whatever else was sent in its place could hold anything, and is only said to be malformed. */
export function loggedOrigin(origin: string | undefined): string | undefined {
  if (origin === undefined) return undefined
  return origin.length <= MOST_ORIGIN && ORIGIN.test(origin) ? origin : 'malformed'
}

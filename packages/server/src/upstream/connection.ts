import { errors, Pool } from 'undici'
import type { Breakage } from './outcome.ts'

/** What came back: any status, the whole body. */
export interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
}

/** An attempt that ended without a whole answer. */
export class BrokenAnswer extends Error {
  readonly breakage: Breakage

  constructor(breakage: Breakage, cause: unknown) {
    super(breakage, { cause })
    this.breakage = breakage
  }
}

/** Kept-alive connections to OpenAI. */
export interface Connection {
  /** Sends once; never follows a redirect. Throws `BrokenAnswer`. */
  send(request: OutgoingRequest, timeoutMs: number): Promise<Answer>
  close(): Promise<void>
}

export interface OutgoingRequest {
  method: 'GET' | 'POST'
  /** Below the base URL, with a leading slash. */
  path: string
  headers: Record<string, string>
  body?: string
}

/** An answer is a page of JSON; whatever is larger is nonsense or malice. */
const MAX_ANSWER_BYTES = 1_048_576

export function connect(baseUrl: string, timeoutMs: number): Connection {
  const { origin, pathname } = new URL(baseUrl)
  const prefix = pathname === '/' ? '' : pathname
  // The timer in send() is the only one that counts; undici's own would add two more to every request.
  const pool = new Pool(origin, {
    connect: { timeout: timeoutMs },
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: MAX_ANSWER_BYTES,
    keepAliveTimeout: 30_000,
  })
  return {
    async send({ path, ...request }, limitMs) {
      const abort = new AbortController()
      const timer = setTimeout(() => abort.abort(), limitMs)
      try {
        const { statusCode, headers, body } = await pool.request({
          ...request,
          path: prefix + path,
          signal: abort.signal,
        })
        const text = body.text()
        // A refusal is told by its status; that its text is cut off or endless changes nothing.
        const isRefusal = statusCode < 200 || statusCode > 299
        return { status: statusCode, headers, body: await (isRefusal ? text.catch(() => '') : text) }
      } catch (error) {
        throw new BrokenAnswer(abort.signal.aborted ? 'timeout' : breakageOf(error), error)
      } finally {
        clearTimeout(timer)
      }
    },
    close: () => pool.destroy(),
  }
}

function breakageOf(error: unknown): Breakage {
  if (error instanceof errors.ResponseExceededMaxSizeError) return 'invalid'
  if (error instanceof errors.ConnectTimeoutError) return 'timeout'
  // A head that is not HTTP, or is too large: nonsense rather than a broken line.
  if (error instanceof errors.HTTPParserError || error instanceof errors.HeadersOverflowError) return 'invalid'
  return 'network'
}

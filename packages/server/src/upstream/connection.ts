import type { Dispatcher } from 'undici'
import errors from 'undici/lib/core/errors.js'
import Pool from 'undici/lib/dispatcher/pool.js'
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
  /** The head of the answer, where that much came. */
  readonly headers: Answer['headers']

  constructor(breakage: Breakage, cause: unknown, headers: Answer['headers'] = {}) {
    super(breakage, { cause })
    this.breakage = breakage
    this.headers = headers
  }
}

/** Kept-alive connections to OpenAI. */
export interface Connection {
  /** Sends once; never follows a redirect. Rejects with `BrokenAnswer`. */
  send(request: OutgoingRequest, timeoutMs: number): Promise<Answer>
  close(): Promise<void>
}

export interface OutgoingRequest {
  method: 'GET' | 'POST'
  /** Below the base URL, with a leading slash. */
  path: string
  /** Name, value, name, value; or a table. */
  headers: string[] | Record<string, string>
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
    send: ({ method, path, headers, body = null }, limitMs) =>
      new Promise((resolve, reject) => {
        pool.dispatch({ method, path: prefix + path, headers, body }, collector(limitMs, resolve, reject))
      }),
    close: () => pool.destroy(),
  }
}

/**
 * Collects an answer as it comes in. `pool.request()` would make a stream and an abort signal for each, at twice the
 * cost; an answer is read whole anyway.
 */
function collector(limitMs: number, resolve: (answer: Answer) => void, reject: (error: BrokenAnswer) => void) {
  let controller: Dispatcher.DispatchController | undefined
  let late = false
  let head: Omit<Answer, 'body'> | undefined
  const chunks: Buffer[] = []

  const timer = setTimeout(() => {
    late = true
    const lateness = new Error('the answer took too long')
    if (controller) controller.abort(lateness)
    else reject(new BrokenAnswer('timeout', lateness))
  }, limitMs)

  return {
    onRequestStart(started: Dispatcher.DispatchController) {
      controller = started
      if (late) started.abort(new Error('its caller has gone'))
    },
    onResponseStart(_controller: unknown, status: number, headers: Answer['headers']) {
      // Interim answers (1xx) come before the one that counts.
      if (status >= 200) head = { status, headers }
    },
    onResponseData(_controller: unknown, chunk: Buffer) {
      chunks.push(chunk)
    },
    onResponseEnd() {
      clearTimeout(timer)
      if (head) resolve({ ...head, body: textOf(chunks) })
    },
    onResponseError(_controller: unknown, error: Error) {
      clearTimeout(timer)
      // A refusal is told by its status; that its text is cut off or endless changes nothing.
      if (head && !isSuccess(head.status)) resolve({ ...head, body: '' })
      else reject(new BrokenAnswer(late ? 'timeout' : breakageOf(error), error, head?.headers))
    },
  } satisfies Dispatcher.DispatchHandler
}

function textOf(chunks: readonly Buffer[]): string {
  const [only] = chunks
  return (only && chunks.length === 1 ? only : Buffer.concat(chunks)).toString('utf8')
}

/** A header that stands there once. */
export function headerOf({ headers }: Pick<Answer, 'headers'>, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value : undefined
}

/** Whether a status says that what was asked for was done. */
export function isSuccess(status: number): boolean {
  return status >= 200 && status <= 299
}

function breakageOf(error: unknown): Breakage {
  if (error instanceof errors.ResponseExceededMaxSizeError) return 'invalid'
  if (error instanceof errors.ConnectTimeoutError) return 'timeout'
  // A head that is not HTTP, or is too large: nonsense rather than a broken line.
  if (error instanceof errors.HTTPParserError || error instanceof errors.HeadersOverflowError) return 'invalid'
  return 'network'
}

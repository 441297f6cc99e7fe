import { boundedText } from '../bounded-text.ts'
import { errorCode } from '../error-code.ts'
import { parseJson } from '../json.ts'

/** A whole answer. */
export interface Answered {
  status: number
  headers: Headers
  /** The body, where it is a JSON object. */
  json: Record<string, unknown> | undefined
}

export interface Question {
  method?: string
  headers?: Record<string, string>
  body?: string
}

/** For one question, from the connection to the last byte, milliseconds. */
const PATIENCE_MS = 10_000
/** Beyond any answer of this service. */
const MAX_BYTES = 1_048_576

/** Why there was no answer: the system's name for it. */
export class NoAnswer extends Error {}

/** Asks once; follows no redirect. Throws `NoAnswer`. */
export async function ask(url: string, { method = 'GET', headers = {}, body }: Question = {}): Promise<Answered> {
  const content = body === undefined ? {} : { body }
  const signal = AbortSignal.timeout(PATIENCE_MS)
  try {
    const response = await fetch(url, { method, headers, redirect: 'manual', signal, ...content })
    const text = await boundedText(response, MAX_BYTES)
    return { status: response.status, headers: response.headers, json: asObject(text) }
  } catch (error) {
    throw new NoAnswer(signal.aborted ? 'ETIMEDOUT' : errorCode((error as Error).cause ?? error))
  }
}

function asObject(text = ''): Record<string, unknown> | undefined {
  const parsed = parseJson(text)
  return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : undefined
}

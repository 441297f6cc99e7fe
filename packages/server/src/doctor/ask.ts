import { parseJson } from '../json.ts'
import { errorCode } from '../upstream/scrub.ts'

/** A whole answer. */
export interface Answered {
  status: number
  headers: Headers
  text: string
  /** Parsed, where it is a JSON object. */
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
    const text = await bounded(response)
    return { status: response.status, headers: response.headers, text, json: asObject(text) }
  } catch (error) {
    throw new NoAnswer(signal.aborted ? 'ETIMEDOUT' : errorCode((error as Error).cause ?? error))
  }
}

async function bounded(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > MAX_BYTES) break
    text += decoder.decode(chunk, { stream: true })
  }
  return text
}

function asObject(text: string): Record<string, unknown> | undefined {
  const parsed = parseJson(text)
  return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : undefined
}

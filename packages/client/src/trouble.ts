import { ParkerError } from './errors.ts'
import { codeFor } from './refusal.ts'
import type { ServerEvent } from './wire.ts'

/** Comes where an interruption and the end of an answer cross each other. */
const HARMLESS = ['response_cancel_not_active', 'conversation_already_has_active_response']

interface Told {
  type?: unknown
  code?: unknown
  message?: unknown
}

/** The error that an event tells of, if it tells of one. */
export function troubleIn(event: ServerEvent): ParkerError | undefined {
  if (event.type === 'error') return refused((event.error ?? {}) as Told)
  if (event.type === 'response.done') return unfinished((event.response ?? {}) as Response)
  return undefined
}

function refused({ type, code, message }: Told): ParkerError | undefined {
  if (HARMLESS.includes(String(code))) return undefined
  return new ParkerError(codeFor(code, type) ?? 'openai-refused', { detail: String(message ?? code) })
}

interface Response {
  status?: unknown
  status_details?: { reason?: unknown; error?: Told } | null
}

function unfinished({ status, status_details }: Response): ParkerError | undefined {
  const { reason, error = {} } = status_details ?? {}
  const filtered = status === 'incomplete' && reason === 'content_filter'
  if (status !== 'failed' && !filtered) return undefined
  const detail = String(error.message ?? error.code ?? reason ?? status)
  return new ParkerError(codeFor(error.code, error.type) ?? 'response-failed', { detail })
}

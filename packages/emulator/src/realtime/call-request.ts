import type { RealtimeSessionCreateRequest } from 'openai/resources/realtime/realtime'
import { type ApiError, missingParameter, unsupportedContentType, wrongKey } from '../errors.ts'
import { type Call, headerOf } from '../http.ts'
import { bearer, refuseKey } from '../keys.ts'
import { effectiveSession, type MintParts } from '../mint.ts'
import { sessionCheck } from '../session-fields.ts'
import { readJson } from '../validate.ts'
import type { Session } from './server-events.ts'

/** What a request for a call asks for. */
export type CallRequest = {
  offer: string
  session: Session
  safetyIdentifier: string | null
  form: 'secret' | 'unified'
}

type Read = CallRequest | { error: ApiError }

/** The browser's form: the offer alone, with a client secret. */
const readOffer = (call: Call, { secrets }: MintParts): Read => {
  const key = bearer(call.headers) ?? ''
  const grant = secrets.use(key)
  if (!grant) return { error: wrongKey(key) }
  const { session, safetyIdentifier } = grant
  return { offer: call.body, session: session as Session, safetyIdentifier, form: 'secret' }
}

const partOf = async (form: FormData, name: string): Promise<string | undefined> => {
  const part = form.get(name)
  return typeof part === 'string' ? part : part?.text()
}

const readSession = (json = '{"type":"realtime"}', now: number): { session: Session } | { error: ApiError } => {
  const read = readJson<RealtimeSessionCreateRequest>(json, sessionCheck, 'session')
  return 'error' in read ? read : (effectiveSession(read.value, now) as { session: Session })
}

/** The server's form: offer and session together, with the standard key. */
const readForm = async (call: Call, { apiKey, now }: MintParts): Promise<Read> => {
  const refused = refuseKey(call.headers, apiKey)
  if (refused) return { error: refused }
  const headers = { 'content-type': call.headers['content-type'] ?? '' }
  const form = await new Response(call.body, { headers }).formData().catch(() => new FormData())
  const offer = await partOf(form, 'sdp')
  if (offer === undefined) return { error: missingParameter('sdp') }
  const read = readSession(await partOf(form, 'session'), now())
  if ('error' in read) return read
  const safetyIdentifier = headerOf(call, 'openai-safety-identifier')
  return { offer, session: read.session, safetyIdentifier, form: 'unified' }
}

const forms: Readonly<Record<string, (call: Call, parts: MintParts) => Read | Promise<Read>>> = {
  'application/sdp': readOffer,
  'multipart/form-data': readForm,
}

/** Reads either form of `POST /v1/realtime/calls`. A secret that opens one session only is spent by this. */
export const readCallRequest = async (call: Call, parts: MintParts): Promise<Read> => {
  const type = (call.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  const read = forms[type]
  return read ? read(call, parts) : { error: unsupportedContentType(type, Object.keys(forms)) }
}

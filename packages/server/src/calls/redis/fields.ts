import { TOKEN_KINDS } from '../../catalogue/prices.ts'
import { at, parseJson } from '../../json.ts'
import { decideSession, namesOf, type Session } from '../../session.ts'
import type { EndReason, LiveCall, Receipt, Usage } from '../call.ts'
import type { Seal } from './seal.ts'

/** A hash by its fields. */
export type Fields = Partial<Record<string, string>>

/** A hash as Redis answers it: names and values in turn. */
export function fieldsOf(answer: unknown): Fields {
  const flat = words(answer)
  const fields: Fields = {}
  for (let i = 0; i + 1 < flat.length; i += 2) fields[flat[i] ?? ''] = flat[i + 1]
  return fields
}

/** An answer that is a list of words; a missing one is `null`. */
export function words(answer: unknown): string[] {
  return (answer as unknown[]).map(String)
}

/** A call's fields for the store; its session, which holds instructions, is sealed. */
export function fieldsOfCall(call: LiveCall, seal: Seal): string[] {
  const { client, sessionId, session, usage, drifts, reason } = call
  const fields = { client, session_id: sessionId, ...namesOf(session), reason }
  const told = Object.entries(fields).filter(([, value]) => value !== undefined)
  // What a store that has forgotten the call cannot know: without it the call would begin to count anew.
  const counted = ['usd', usage.usd.toFixed(9), 'drifts', drifts, ...amountsOf(usage)]
  return ['session', seal.close(JSON.stringify(session)), ...told.flat(), ...counted].map(String)
}

/** The amounts that a usage adds, as names and values in turn. */
export function amountsOf({ tokens, transcribedSeconds, transcribedTokens, responses }: Usage): string[] {
  const others = { responses, transcribed_seconds: transcribedSeconds, transcribed_tokens: transcribedTokens }
  return Object.entries({ ...tokens, ...others })
    .filter(([, amount]) => amount > 0)
    .flatMap(([name, amount]) => [name, String(amount)])
}

/** The receipt that a call's fields tell of. */
export function receiptOf(id: string, fields: Fields): Receipt {
  const ended = fields.ended === undefined ? undefined : Number(fields.ended)
  const open = fields.reason === undefined ? 'active' : 'ending'
  return {
    id,
    ticketHash: fields.ticket ?? '',
    client: fields.client ?? '',
    sessionId: fields.session_id ?? '',
    model: fields.model ?? '',
    voice: fields.voice ?? '',
    difficulty: fields.difficulty ?? '',
    mode: fields.mode,
    sport: fields.sport,
    state: ended === undefined ? open : 'ended',
    startedAt: Number(fields.started),
    endedAt: ended,
    asOf: Number(fields.now),
    order: Number(fields.order),
    usage: usageOf(fields),
    drifts: Number(fields.drifts ?? 0),
    reason: fields.reason as EndReason | undefined,
  }
}

function usageOf(fields: Fields): Usage {
  const amount = (name: string) => Number(fields[name] ?? 0)
  return {
    tokens: Object.fromEntries(TOKEN_KINDS.map(kind => [kind, amount(kind)]).filter(([, count]) => count !== 0)),
    transcribedSeconds: amount('transcribed_seconds'),
    transcribedTokens: amount('transcribed_tokens'),
    usd: amount('usd'),
    responses: amount('responses'),
  }
}

/**
 * The session of a ticket or a call. Undefined where another key has sealed it, or where another release has written it and
 * it lacks what ours is made of.
 */
export function openSession(sealed: string | undefined, seal: Seal): Session | undefined {
  const text = sealed === undefined ? undefined : seal.open(sealed)
  const found = text === undefined ? undefined : parseJson(text)
  const needed = [['model', 'served'], ['voice'], ['difficulty'], ['instructions']]
  return needed.every(path => typeof at(found, ...path) === 'string') ? (found as Session) : undefined
}

/** Stands for a session that cannot be read. What the call costs until it is ended depends on its model. */
function unreadable({ model = '' }: Fields): Session {
  return decideSession({}, { REALTIME_MODEL: model, REALTIME_VOICE: '', DEFAULT_INSTRUCTIONS: '' }, 0)
}

/** A call that was taken over, at Redis's time `now`. One whose session cannot be read can only be ended. */
export function liveCallOf(id: string, fields: Fields, seal: Seal, now: number): LiveCall {
  const { ticketHash, client, sessionId, usage, drifts, reason } = receiptOf(id, fields)
  const session = openSession(fields.session, seal)
  const ageMs = Math.max(0, now - Number(fields.started))
  const idleMs = Math.max(0, now - Number(fields.human))
  const call = { id, ticketHash, client, sessionId, ageMs, idleMs, usage, drifts }
  return session
    ? { ...call, session, reason }
    : { ...call, session: unreadable(fields), reason: reason ?? 'unobserved' }
}

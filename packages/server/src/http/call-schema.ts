import { END_REASONS, type Receipt, roundedUsd, secondsOf } from '../calls/call.ts'
import { TOKEN_KINDS } from '../catalogue/prices.ts'
import type { Config } from '../config/config.ts'
import { count, names, number, object, orNull, type Schema, text, time } from './json-schema.ts'
import { BROWSER, errorReplies } from './refusals.ts'

/** How a call can stand. */
export const STATES = ['active', 'ending', 'ended'] as const
const reasons = Object.entries(END_REASONS)
const reasonList = `Why it ended. ${reasons.map(([name, when]) => `\`${name}\`: ${when}`).join('; ')}.`

/** A call, as its owner and operators see it. */
interface CallView {
  id: string
  session_id: string
  model: string
  voice: string
  difficulty: string
  mode: string | null
  sport: string | null
  state: Receipt['state']
  started_at: string
  ended_at: string | null
  seconds: number
  responses: number
  tokens: Record<string, number>
  transcribed_seconds: number
  transcribed_tokens: number
  usd: number | null
  drifts: number
  end_reason: string | null
}

const tokens = Object.fromEntries(TOKEN_KINDS.map(kind => [kind, count()]))

const viewProperties: Record<keyof CallView, Schema> = {
  id: text(),
  session_id: text('As in the reply that came with the ticket.'),
  model: text(),
  voice: text(),
  difficulty: text(),
  mode: orNull(text()),
  sport: orNull(text()),
  state: names(STATES, { description: '`ending`: the hang-up is being tried.' }),
  started_at: time('When OpenAI took the call.'),
  ended_at: orNull(time('When the hang-up held.')),
  seconds: count('How long it has lasted.'),
  responses: count('Responses that were billed.'),
  tokens: {
    ...object(tokens),
    additionalProperties: false,
    description: 'Tokens of the voice model by kind.',
  },
  transcribed_seconds: number('Audio transcribed by a model billed by time.'),
  transcribed_tokens: count('Tokens of a transcription model billed by tokens.'),
  usd: orNull(number('What it has cost by the price table; null where the model has no price.')),
  drifts: count('Changes of instructions or tools that the caller made.'),
  end_reason: { type: ['string', 'null'], enum: [...Object.keys(END_REASONS), null], description: reasonList },
}

/** A call, and what more is told of it. */
export function callSchema(more: Record<string, Schema> = {}): Schema {
  return {
    ...object({ ...viewProperties, ...more }),
    description: 'A call: how it stands, what it has used and cost, why it ended.',
  }
}

/** What the routes of one call have in common: its owner and operators may ask. */
export const ONE_CALL = {
  security: [{ ticket: [] }, { operator: [] }],
  params: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] },
  response: {
    200: callSchema(),
    ...errorReplies(['ticket_invalid', 'ticket_expired', ...BROWSER, 'not_found', 'rate_limited', 'store_unavailable']),
  },
}

/** A model without a price has a cost that nobody knows. */
export function viewOf(receipt: Receipt, prices: Config['prices']): CallView {
  const { usage } = receipt
  return {
    id: receipt.id,
    session_id: receipt.sessionId,
    model: receipt.model,
    voice: receipt.voice,
    difficulty: receipt.difficulty,
    mode: receipt.mode ?? null,
    sport: receipt.sport ?? null,
    state: receipt.state,
    started_at: new Date(receipt.startedAt).toISOString(),
    ended_at: receipt.endedAt === undefined ? null : new Date(receipt.endedAt).toISOString(),
    seconds: secondsOf(receipt),
    responses: usage.responses,
    tokens: Object.fromEntries(TOKEN_KINDS.map(kind => [kind, usage.tokens[kind] ?? 0])),
    transcribed_seconds: usage.transcribedSeconds,
    transcribed_tokens: usage.transcribedTokens,
    usd: Object.hasOwn(prices, receipt.model) ? roundedUsd(usage.usd) : null,
    drifts: receipt.drifts,
    end_reason: receipt.reason ?? null,
  }
}

import { DIFFICULTIES } from '../catalogue/difficulties.ts'
import { MODES } from '../catalogue/modes.ts'
import { SPORTS } from '../catalogue/sports.ts'
import type { Config } from '../config/config.ts'
import { MAX_INSTRUCTIONS } from '../persona.ts'
import type { SessionRequest } from '../session.ts'
import { count, names, object, orNull, type Schema, text } from './json-schema.ts'

const nullableText = (maxLength: number, description: string): Schema => ({
  ...orNull(text(description)),
  minLength: 1,
  maxLength,
})

/** Callers' own, by `CALLER_INSTRUCTIONS`. */
const INSTRUCTIONS: Record<Config['CALLER_INSTRUCTIONS'], Schema> = {
  allow: nullableText(MAX_INSTRUCTIONS, 'A persona of your own instead of Parker.'),
  refuse: { type: 'null', description: 'This service takes no instructions of callers.' },
}

/** What a reader of the docs may send as it stands. */
const TOKEN_REQUEST: SessionRequest = { sport: 'basketball', mode: 'debate', difficulty: 'savage' }

type Allowed = Pick<
  Config,
  'ALLOWED_MODELS' | 'ALLOWED_VOICES' | 'REALTIME_MODEL' | 'REALTIME_VOICE' | 'CALLER_INSTRUCTIONS'
>

/** What a caller may send: a `SessionRequest`. Made per configuration, since what is allowed are settings. */
export function tokenRequestSchema(config: Allowed): Schema {
  const properties: Record<keyof SessionRequest, Schema> = {
    model: names(config.ALLOWED_MODELS, { default: config.REALTIME_MODEL, description: 'The model to talk with.' }),
    voice: names(config.ALLOWED_VOICES, { default: config.REALTIME_VOICE, description: 'The voice it speaks with.' }),
    instructions: INSTRUCTIONS[config.CALLER_INSTRUCTIONS],
    difficulty: names(Object.keys(DIFFICULTIES), { default: 'easy', description: 'How hard Parker is on the fan.' }),
    sport: names(Object.keys(SPORTS), { description: 'The sport of the page.' }),
    mode: names(Object.keys(MODES), { description: 'Debate Mode or Hot Take Mode.' }),
    context: nullableText(
      1000,
      'What is on the page (teams, score, headline); given to the model as data, never as orders.',
    ),
  }
  return {
    type: 'object',
    description: 'What the session shall be. Every field is optional.',
    properties,
    additionalProperties: false,
    examples: [TOKEN_REQUEST],
  }
}

/** A credential and where to take it. */
export interface TokenReply {
  client_secret: string
  expires_at: number
  expires_in: number
  session_id: string
  model: string
  voice: string
  instructions: string
  report_key: string
  web_rtc_url: string
  websocket_url: string | null
}

const tokenReplyProperties: Record<keyof TokenReply, Schema> = {
  client_secret: text('Bearer token for `web_rtc_url`. Handed out once.'),
  expires_at: count('Unix seconds.'),
  expires_in: count("Seconds left by the server's clock."),
  session_id: text('Names this issue.'),
  model: text('The model the session has: the successor, where a retired one was asked for.'),
  voice: text(),
  instructions: text('Exactly what the session was given.'),
  report_key: text('Lets its holder report on this session.'),
  web_rtc_url: text('POST the SDP offer here, with the secret as bearer token.'),
  websocket_url: orNull(text('For clients that speak WebSocket.')),
}
export const tokenReply: Schema = {
  ...object(tokenReplyProperties),
  description: 'A credential, and where to take it.',
}

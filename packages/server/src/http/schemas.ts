import { type Static, type TSchema, Type } from 'typebox'
import { DIFFICULTIES, type DifficultyName } from '../catalogue/difficulties.ts'
import { MODES, type ModeName } from '../catalogue/modes.ts'
import { SPORTS, type SportName } from '../catalogue/sports.ts'
import type { Config } from '../config/config.ts'
import { ERRORS, type ErrorType } from '../errors.ts'

/** One of some names: an `enum`, which pickers and generated clients understand. */
function names<T extends string>(values: readonly T[], options: object = {}) {
  return Type.Unsafe<T>({ type: 'string', enum: values, ...options })
}

const nullableText = (maxLength: number, description: string) =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], minLength: 1, maxLength, description })

const keysOf = <T extends object>(table: T) => Object.keys(table) as (keyof T & string)[]

/** What a caller may send. Made per configuration, since the allowed names are settings. */
export function tokenRequestSchema(
  config: Pick<Config, 'ALLOWED_MODELS' | 'ALLOWED_VOICES' | 'REALTIME_MODEL' | 'REALTIME_VOICE'>,
) {
  return Type.Object(
    {
      model: Type.Optional(
        names(config.ALLOWED_MODELS, { default: config.REALTIME_MODEL, description: 'The model to talk with.' }),
      ),
      voice: Type.Optional(
        names(config.ALLOWED_VOICES, { default: config.REALTIME_VOICE, description: 'The voice it speaks with.' }),
      ),
      instructions: Type.Optional(nullableText(8000, 'A persona of your own instead of Parker.')),
      difficulty: Type.Optional(
        names<DifficultyName>(keysOf(DIFFICULTIES), { default: 'easy', description: 'How hard Parker is on the fan.' }),
      ),
      sport: Type.Optional(names<SportName>(keysOf(SPORTS), { description: 'The sport of the page.' })),
      mode: Type.Optional(names<ModeName>(keysOf(MODES), { description: 'Debate Mode or Hot Take Mode.' })),
      context: Type.Optional(
        nullableText(
          1000,
          'What is on the page (teams, score, headline); given to the model as data, never as orders.',
        ),
      ),
    },
    { additionalProperties: false, description: 'What the session shall be. Every field is optional.' },
  )
}

export const TokenReply = Type.Object({
  client_secret: Type.String({ description: 'Bearer token for `web_rtc_url`. Handed out once.' }),
  expires_at: Type.Integer({ description: 'Unix seconds.' }),
  expires_in: Type.Integer({ description: "Seconds left by the server's clock." }),
  session_id: Type.String({ description: 'Names this issue.' }),
  model: Type.String({ description: 'The model the session has: the successor, where a retired one was asked for.' }),
  voice: Type.String(),
  instructions: Type.String({ description: 'Exactly what the session was given.' }),
  report_key: Type.String({ description: 'Lets its holder report on this session.' }),
  web_rtc_url: Type.String({ description: 'POST the SDP offer here, with the secret as bearer token.' }),
  websocket_url: Type.Union([Type.String(), Type.Null()], { description: 'For clients that speak WebSocket.' }),
})
export type TokenReply = Static<typeof TokenReply>

export const HealthReply = Type.Object({
  status: names(['healthy']),
  timestamp: Type.String({ format: 'date-time' }),
  version: Type.String(),
  openai_status: names(['connected', 'disconnected']),
})

export const ReadyReply = Type.Object({ status: names(['ready']) })
export const NotReadyReply = Type.Object({ status: names(['draining', 'not_ready']) })

export const RootReply = Type.Object({
  service: Type.String(),
  version: Type.String(),
  status: names(['operational']),
  endpoints: Type.Record(Type.String(), Type.String()),
  cache_stats: Type.Object({
    entries: Type.Integer({ description: 'Unused secrets ready.' }),
    hits: Type.Integer({ description: 'Requests served from them.' }),
    misses: Type.Integer({ description: 'Requests that had to wait for OpenAI.' }),
    hit_rate: Type.Number({ description: '0 to 1.' }),
    minted: Type.Integer({ description: 'Secrets made ahead of demand.' }),
    expired_unused: Type.Integer({ description: 'Of these, never used.' }),
  }),
})

const Choice = Type.Object({ name: Type.String(), description: Type.String() })

export const OptionsReply = Type.Object({
  models: Type.Array(
    Type.Object({
      name: Type.String(),
      description: Type.String(),
      state: names(['current', 'retiring', 'retired']),
      default: Type.Boolean(),
      shutdown: Type.Optional(Type.String({ format: 'date' })),
      successor: Type.Optional(Type.String()),
    }),
  ),
  voices: Type.Array(Type.Object({ name: Type.String(), description: Type.String(), default: Type.Boolean() })),
  difficulties: Type.Array(Type.Object({ name: Type.String(), description: Type.String(), default: Type.Boolean() })),
  sports: Type.Array(Choice),
  modes: Type.Array(Choice),
})

const Figures = Type.Object({
  requests: Type.Integer(),
  mint_ms: Type.Object({
    count: Type.Integer(),
    p50: Type.Union([Type.Number(), Type.Null()]),
    p95: Type.Union([Type.Number(), Type.Null()]),
    p99: Type.Union([Type.Number(), Type.Null()]),
  }),
})

export const VoiceMetricsReply = Type.Object({
  since: Type.String({ format: 'date-time' }),
  by_voice: Type.Record(Type.String(), Figures),
  by_model: Type.Record(Type.String(), Figures),
  by_difficulty: Type.Record(Type.String(), Figures),
})

const ErrorReply = (types: ErrorType[]) =>
  Type.Object({
    error: Type.Object({
      code: Type.Integer(),
      type: names(types),
      message: Type.String(),
      retry_after: Type.Optional(Type.Integer()),
      details: Type.Optional(Type.Object({}, { additionalProperties: true })),
      request_id: Type.String(),
    }),
    detail: Type.String(),
  })

/** The error answers of a route, by status, for the OpenAPI document. */
export function errorReplies(types: readonly ErrorType[]): Record<number, TSchema> {
  const byStatus = Map.groupBy(types, type => ERRORS[type].status)
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      status,
      { ...ErrorReply(group), description: group.map(type => `\`${type}\`: ${ERRORS[type].when}`).join('; ') },
    ]),
  )
}

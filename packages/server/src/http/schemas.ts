import { DIFFICULTIES } from '../catalogue/difficulties.ts'
import { MODES } from '../catalogue/modes.ts'
import { SPORTS } from '../catalogue/sports.ts'
import type { Config } from '../config/config.ts'
import { MAX_INSTRUCTIONS } from '../persona.ts'
import type { SessionRequest } from '../session.ts'
import { count, flag, list, names, number, object, orNull, type Schema, table, text, time } from './json-schema.ts'

const nullableText = (maxLength: number, description: string): Schema => ({
  ...orNull(text(description)),
  minLength: 1,
  maxLength,
})

/** What a reader of the docs may send as it stands. */
const TOKEN_REQUEST: SessionRequest = { sport: 'basketball', mode: 'debate', difficulty: 'savage' }

type AllowedNames = Pick<Config, 'ALLOWED_MODELS' | 'ALLOWED_VOICES' | 'REALTIME_MODEL' | 'REALTIME_VOICE'>

/** What a caller may send: a `SessionRequest`. Made per configuration, since the allowed names are settings. */
export function tokenRequestSchema(config: AllowedNames): Schema {
  const properties: Record<keyof SessionRequest, Schema> = {
    model: names(config.ALLOWED_MODELS, { default: config.REALTIME_MODEL, description: 'The model to talk with.' }),
    voice: names(config.ALLOWED_VOICES, { default: config.REALTIME_VOICE, description: 'The voice it speaks with.' }),
    instructions: nullableText(MAX_INSTRUCTIONS, 'A persona of your own instead of Parker.'),
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

export const healthReply = object({
  status: names(['healthy']),
  timestamp: time(),
  version: text(),
  openai_status: names(['connected', 'disconnected']),
})

export const readyReply = object({ status: names(['ready']) })
export const notReadyReply = object({ status: names(['draining', 'not_ready']), reason: text('Why.') }, ['reason'])

export const rootReply = object({
  service: text(),
  version: text(),
  status: names(['operational']),
  endpoints: table(text()),
  cache_stats: object({
    entries: count('Unused secrets ready.'),
    hits: count('Requests served from them.'),
    misses: count('Requests that had to wait for OpenAI.'),
    hit_rate: number('0 to 1.'),
    minted: count('Secrets made ahead of demand.'),
    expired_unused: count('Of these, never used.'),
  }),
})

const choice = { name: text(), description: text() }

export const optionsReply = object({
  models: list(
    object(
      {
        ...choice,
        state: names(['current', 'retiring', 'retired']),
        default: flag(),
        shutdown: { type: 'string', format: 'date' },
        successor: text(),
      },
      ['shutdown', 'successor'],
    ),
  ),
  voices: list(object({ ...choice, default: flag() })),
  difficulties: list(object({ ...choice, default: flag() })),
  sports: list(object(choice)),
  modes: list(object(choice)),
})

const percentiles = object({ count: count(), p50: orNull(number()), p95: orNull(number()), p99: orNull(number()) })
const figures = object({
  requests: count('Credentials handed out.'),
  mint_ms: percentiles,
  reports: count('Reports on calls.'),
  click_to_connected_ms: percentiles,
  first_audio_ms: percentiles,
  turn_gap_ms: percentiles,
  quality: object({
    count: count('Calls with an estimate.'),
    mos_mean: orNull(number("Mean opinion score by the E-model, 1 to 4.41: the network's part of quality.")),
    mos_p10: orNull(number('A tenth of the calls were not above this.')),
  }),
  satisfaction: object({
    count: count('Ratings.'),
    mean: orNull(number('1 to 5.')),
    stars: { ...list(count()), description: 'How many gave 1, 2, 3, 4 and 5.' },
  }),
})
const figureTables = {
  by_voice: table(figures),
  by_model: table(figures),
  by_difficulty: table(figures),
  by_mode: table(figures),
}

export const voiceMetricsReply = object({
  since: time(),
  ...figureTables,
  instances: count('That shared what they counted in the last five minutes.'),
  windows: object({
    last_5_minutes: object(figureTables),
    last_hour: object(figureTables),
    last_day: object(figureTables),
  }),
})

const verdict = names(['allowed', 'absent', 'missing', 'not_allowed'])
const addressClass = names(['loopback', 'private', 'public', 'unknown'])

export const selfCheckReply = object({
  request_id: text('As in `X-Request-ID`.'),
  scheme: names(['http', 'https'], { description: 'What the caller speaks, as far as a trusted proxy tells.' }),
  client: object({
    address: text('The address this caller is counted by; IPv6 by its /64.'),
    class: addressClass,
    header: {
      type: ['string', 'null'],
      enum: ['x-forwarded-for', 'x-real-ip', null],
      description: 'The header that told it; null where the connection did.',
    },
  }),
  socket: object({ class: addressClass }),
  trust_proxy: object({
    kind: names(['none', 'hops', 'networks', 'railway']),
    hops: orNull(count('Trusted hops, where that is how proxies are trusted.')),
    meaning: text(),
  }),
  forwarded: object({
    x_forwarded_for: count('Entries in `X-Forwarded-For`.'),
    x_real_ip: flag(),
    forwarded: flag(),
    x_forwarded_proto: flag(),
  }),
  origin: object({
    value: orNull(text('`Origin`, as it came.')),
    verdict: { ...verdict, description: 'What a POST with it would meet.' },
    readable: { type: 'boolean', description: 'Whether a page there could read the answers.' },
  }),
  referer: object({ origin: orNull(text('The origin of `Referer`.')), verdict }),
  shared_limits: { type: 'boolean', description: 'Whether limits are shared by all instances (`REDIS_URL`).' },
})

import { DEFAULT_TRANSCRIPTION } from '../catalogue/models.ts'
import { LONGEST_SESSION_SECONDS, MOST_OUTPUT_TOKENS, SECRET_LIFE_SECONDS } from '../catalogue/openai-limits.ts'
import { MAX_INSTRUCTIONS, PARKER } from '../persona.ts'
import { Secret } from '../secret.ts'
import { modelPrices } from './model-prices.ts'
import { origin } from './origin.ts'
import {
  BadValue,
  baseUrl,
  boolean,
  decimal,
  documentUrl,
  integer,
  list,
  macKey,
  oneOf,
  type Parse,
  redisUrl,
  text,
  token,
} from './parse.ts'
import { trustProxy } from './trust-proxy.ts'

/** One environment variable. */
export interface Setting<T> {
  /** Reads the text, or throws `BadValue`. */
  parse: Parse<T>
  /** The default, written as one would write it in the environment. Absent: unset. */
  default?: string
  /** What the docs show where the default depends on something else. */
  defaultNote?: string
  /** A value that would do, for the message about a bad one. */
  example: string
  /** One sentence for `.env.example` and the README. */
  doc: string
  /** Never echoed; may also come from the file named by `NAME_FILE`. */
  secret?: true
}

type WithDefault<T> = Setting<T> & { default: string }

function setting<T>(row: WithDefault<T>): WithDefault<T>
function setting<T>(row: Setting<T>): Setting<T>
function setting<T>(row: Setting<T>): Setting<T> {
  return row
}

const secret =
  (parse: Parse<string>): Parse<Secret> =>
  value =>
    new Secret(parse(value))

const LEVELS = {
  trace: 'trace',
  notset: 'trace',
  debug: 'debug',
  info: 'info',
  warn: 'warn',
  warning: 'warn',
  error: 'error',
  fatal: 'fatal',
  critical: 'fatal',
  silent: 'silent',
} as const

const level: Parse<(typeof LEVELS)[keyof typeof LEVELS]> = value => {
  const name = value.toLowerCase()
  if (!Object.hasOwn(LEVELS, name)) throw new BadValue(`is none of: ${Object.keys(LEVELS).join(', ')}`)
  return LEVELS[name as keyof typeof LEVELS]
}

const maxTokens: Parse<number | 'inf'> = value => {
  if (value === 'inf') return value
  if (/^inf/i.test(value)) throw new BadValue('is neither a number nor inf, which is written in small letters')
  return integer(1, MOST_OUTPUT_TOKENS)(value)
}

/** No model has such a name: taken for one, it would fail at OpenAI, session after session. */
const transcription: Parse<string> = value => {
  if (/^(none|off|no|false|0)$/i.test(value) && value !== 'none')
    throw new BadValue('is no model; to turn transcription off, write none')
  return token(1, 128)(value)
}

/** Every setting there is, in the order of the docs. `.env.example` and the README's table are generated from it. */
export const SETTINGS = {
  OpenAI: {
    OPENAI_API_KEY: setting({
      parse: secret(token()),
      example: 'sk-…',
      doc: 'OpenAI API key, from a project of its own with a budget. It never leaves the server.',
      secret: true,
    }),
    OPENAI_BASE_URL: setting({
      parse: baseUrl,
      default: 'https://api.openai.com/v1',
      example: 'https://api.openai.com/v1',
      doc: 'Where the service calls OpenAI. Plain http only to loopback and private hosts.',
    }),
    OPENAI_PUBLIC_BASE_URL: setting({
      parse: baseUrl,
      defaultNote: 'as `OPENAI_BASE_URL`',
      example: 'https://api.openai.com/v1',
      doc: 'Where browsers reach OpenAI: what `web_rtc_url` and `websocket_url` are built from.',
    }),
    OPENAI_ORGANIZATION: setting({ parse: token(1, 128), example: 'org-…', doc: 'Sent as `OpenAI-Organization`.' }),
    OPENAI_PROJECT: setting({ parse: token(1, 128), example: 'proj_…', doc: 'Sent as `OpenAI-Project`.' }),
    OPENAI_REALTIME_API: setting({
      parse: oneOf('ga', 'beta'),
      default: 'ga',
      example: 'ga',
      doc: '`beta` speaks the form that OpenAI removed in May 2026, for gateways that still take it.',
    }),
  },
  Session: {
    REALTIME_MODEL: setting({
      parse: token(1, 128),
      default: 'gpt-realtime',
      example: 'gpt-realtime-2.1',
      doc: 'Model of a session that names none.',
    }),
    REALTIME_VOICE: setting({
      parse: token(1, 128),
      default: 'verse',
      example: 'cedar',
      doc: 'Voice of a session that names none.',
    }),
    TOKEN_TTL_SECONDS: setting({
      parse: integer(SECRET_LIFE_SECONDS.least, SECRET_LIFE_SECONDS.most),
      default: '600',
      example: '600',
      doc: 'How long a secret can start a session.',
    }),
    ALLOWED_MODELS: setting({
      parse: list(token(1, 128), { min: 1 }),
      defaultNote: 'the catalogue',
      example: 'gpt-realtime,gpt-realtime-2.1',
      doc: 'Models that callers may name. A name that the catalogue lacks is taken as current.',
    }),
    ALLOWED_VOICES: setting({
      parse: list(token(1, 128), { min: 1 }),
      default: 'verse,cedar,marin',
      example: 'verse,cedar,marin',
      doc: 'Voices that callers may name. A name that begins with `voice_` is a custom voice.',
    }),
    CALLER_INSTRUCTIONS: setting({
      parse: oneOf('allow', 'refuse'),
      default: 'allow',
      example: 'refuse',
      doc: '`refuse` answers 422 to `instructions`. Allowed, anyone let in has a voice model of their own on your bill.',
    }),
    DEFAULT_INSTRUCTIONS: setting({
      parse: text(MAX_INSTRUCTIONS),
      default: PARKER,
      defaultNote: 'Parker',
      example: 'You are Parker, a sports commentator.',
      doc: 'The persona of sessions without instructions of their own. At most 8,000 characters.',
    }),
    DEFAULT_TEMPERATURE: setting({
      parse: decimal(0, 2),
      default: '0.8',
      example: '0.8',
      doc: 'Beta form only: the GA API has no temperature.',
    }),
    DEFAULT_MAX_TOKENS: setting({
      parse: maxTokens,
      default: String(MOST_OUTPUT_TOKENS),
      example: String(MOST_OUTPUT_TOKENS),
      doc: `Most tokens of one response: 1 to ${MOST_OUTPUT_TOKENS}, or \`inf\`.`,
    }),
    DEFAULT_SPEED: setting({
      parse: decimal(0.25, 1.5),
      default: '1.0',
      example: '1.0',
      doc: 'Speed of the voice, 0.25 to 1.5.',
    }),
    TRANSCRIPTION_MODEL: setting({
      parse: transcription,
      defaultNote: `\`${DEFAULT_TRANSCRIPTION.ga}\`; beta form \`${DEFAULT_TRANSCRIPTION.beta}\``,
      example: DEFAULT_TRANSCRIPTION.ga,
      doc: "Transcribes the caller's words, billed apart. `none` turns it off.",
    }),
    VAD_THRESHOLD: setting({
      parse: decimal(0, 1),
      default: '0.5',
      example: '0.5',
      doc: 'How loud speech must be to count, 0 to 1.',
    }),
    VAD_PREFIX_PADDING_MS: setting({
      parse: integer(0, 10_000),
      default: '300',
      example: '300',
      doc: 'Audio kept from before speech was detected, milliseconds.',
    }),
    VAD_SILENCE_DURATION_MS: setting({
      parse: integer(0, 10_000),
      default: '500',
      example: '500',
      doc: 'Silence that ends a turn, milliseconds.',
    }),
    SAFETY_IDENTIFIER: setting({
      parse: oneOf('none', 'client'),
      default: 'none',
      example: 'client',
      doc: '`client` sends a keyed hash of the client as `OpenAI-Safety-Identifier`; warm secrets are then kept per client.',
    }),
  },
  Callers: {
    ALLOWED_ORIGINS: setting({
      parse: list(origin),
      default: '["https://www.espn.com"]',
      example: '["https://www.espn.com","chrome-extension://<id>"]',
      doc: 'Origins that may ask, compared exactly. The one pattern is `moz-extension://*`.',
    }),
    CORS_ORIGINS: setting({
      parse: list(origin),
      defaultNote: 'as `ALLOWED_ORIGINS`',
      example: '["https://www.espn.com"]',
      doc: 'Origins that get CORS headers, and so can read the answers in a browser.',
    }),
    REQUIRE_ORIGIN: setting({
      parse: boolean,
      default: 'false',
      example: 'true',
      doc: 'Refuses a POST without `Origin` (curl, native apps).',
    }),
    TRUST_PROXY: setting({
      parse: trustProxy,
      default: 'none',
      defaultNote: '`none`; `railway` where `RAILWAY_PROJECT_ID` is set',
      example: '1',
      doc: "Whom to believe about the client's address: `none`, a number of proxy hops counted from the right of `X-Forwarded-For`, a list of networks, or `railway` (`X-Real-IP`).",
    }),
    AUTH_JWT_SECRET: setting({
      parse: secret(macKey(32)),
      example: '32 random characters or more',
      doc: 'Requires a JWT signed with HS256 under this secret.',
      secret: true,
    }),
    AUTH_JWKS_URL: setting({
      parse: documentUrl,
      example: 'https://issuer.example/.well-known/jwks.json',
      doc: 'Requires a JWT signed (RS256, PS256, ES256, EdDSA) by a key of this set. Not together with `AUTH_JWT_SECRET`.',
    }),
    AUTH_ISSUER: setting({
      parse: text(512),
      example: 'https://issuer.example/',
      doc: 'The `iss` that JWTs must carry. Required with either of the two above.',
    }),
    AUTH_AUDIENCE: setting({
      parse: text(512),
      example: 'parker',
      doc: 'The `aud` that JWTs must carry. Required with either of the two above.',
    }),
    CLIENT_HASH_SECRET: setting({
      parse: secret(token(16)),
      defaultNote: 'derived from the API key (HKDF)',
      example: '32 random characters',
      doc: 'Keys the hashes that stand for clients, report keys and, in Redis, calls. Set it, so that they outlive a new API key.',
      secret: true,
    }),
    ADMIN_TOKEN: setting({
      parse: secret(token(12)),
      example: '32 random characters',
      doc: 'Lets operators read `/metrics`, `/v1/voice/metrics` and `/v1/self-check`, test voices, list and end calls, and serves `/monitor`. At least 12 characters.',
      secret: true,
    }),
  },
  Limits: {
    RATE_LIMIT_PER_MINUTE: setting({
      parse: integer(1, 1_000_000_000),
      default: '10',
      example: '10',
      doc: 'Token requests a client may make in the 60 s from its first one.',
    }),
    RATE_LIMIT_BURST: setting({
      parse: integer(1, 1_000_000),
      default: '5',
      example: '5',
      doc: "One client's requests worked on at once; more wait their turn.",
    }),
    RATE_LIMIT_PER_DAY: setting({
      parse: integer(0, 1_000_000_000),
      default: '0',
      example: '100',
      doc: 'Secrets a client may get in a UTC day. 0 = off.',
    }),
    RATE_LIMIT_GLOBAL_PER_DAY: setting({
      parse: integer(0, 1_000_000_000),
      default: '0',
      example: '10000',
      doc: 'Secrets all clients together may get in a UTC day. 0 = off.',
    }),
    MAX_IN_FLIGHT: setting({
      parse: integer(1, 100_000),
      default: '200',
      example: '200',
      doc: 'Requests to OpenAI under way at once; more are refused.',
    }),
  },
  Store: {
    REDIS_URL: setting({
      parse: secret(redisUrl),
      defaultNote: 'in memory',
      example: 'redis://127.0.0.1:6379',
      doc: 'A Redis or Valkey that holds the rate limits for all instances together, and in unified mode tickets and calls.',
      secret: true,
    }),
  },
  Resilience: {
    UPSTREAM_TIMEOUT_MS: setting({
      parse: integer(1, 600_000),
      default: '5000',
      example: '5000',
      doc: 'Time for one attempt at OpenAI, milliseconds; at most `UPSTREAM_DEADLINE_MS` counts.',
    }),
    UPSTREAM_DEADLINE_MS: setting({
      parse: integer(1, 600_000),
      default: '10000',
      example: '10000',
      doc: 'Time for all attempts of one request together, and the longest wait for a turn, milliseconds.',
    }),
    UPSTREAM_MAX_RETRIES: setting({
      parse: integer(0, 10),
      default: '2',
      example: '2',
      doc: 'Further attempts after a first that failed in passing.',
    }),
    CIRCUIT_FAILURE_THRESHOLD: setting({
      parse: integer(1, 10_000),
      default: '5',
      example: '5',
      doc: 'Failed attempts in a row after which requests fail at once.',
    }),
    CIRCUIT_RESET_SECONDS: setting({
      parse: integer(1, 86_400),
      default: '30',
      example: '30',
      doc: 'How long requests fail at once before one is tried.',
    }),
  },
  Pool: {
    POOL_ENABLED: setting({
      parse: boolean,
      default: 'true',
      example: 'true',
      doc: 'Keeps unused secrets ready, so that callers need not wait for OpenAI.',
    }),
    POOL_MAX_PER_KEY: setting({
      parse: integer(1, 10_000),
      default: '32',
      example: '32',
      doc: 'Most secrets of one kind, ready and under way.',
    }),
    POOL_MAX_TOTAL: setting({
      parse: integer(1, 100_000),
      default: '256',
      example: '256',
      doc: 'Most secrets of all kinds, ready and under way.',
    }),
    POOL_MIN_REMAINING_SECONDS: setting({
      parse: integer(1, SECRET_LIFE_SECONDS.most),
      default: '120',
      example: '120',
      doc: 'Time that a ready secret must have left to be handed out, seconds; at most half of `TOKEN_TTL_SECONDS` counts.',
    }),
    POOL_MINTS_PER_MINUTE: setting({
      parse: integer(1, 1_000_000),
      default: '1200',
      example: '1200',
      doc: 'Most secrets made ahead in a minute: a stop for a runaway, not a throttle.',
    }),
  },
  Calls: {
    CALL_MODE: setting({
      parse: oneOf('ephemeral', 'unified'),
      default: 'ephemeral',
      example: 'unified',
      doc: "`ephemeral` hands out OpenAI's secrets; `unified` hands out tickets of its own and places the calls, as docs/unified-calls.md explains. The settings below count in unified mode only.",
    }),
    PUBLIC_URL: setting({
      parse: baseUrl,
      defaultNote: "`https://$RAILWAY_PUBLIC_DOMAIN`, else the request's `Host`",
      example: 'https://parker.example.com',
      doc: 'Where browsers reach this service: what `web_rtc_url` is built from.',
    }),
    MAX_CALLS: setting({
      parse: integer(1, 1_000_000),
      default: '100',
      example: '100',
      doc: 'Calls at once.',
    }),
    MAX_CALLS_PER_CLIENT: setting({
      parse: integer(1, 1_000_000),
      default: '2',
      example: '2',
      doc: 'Calls at once of one client.',
    }),
    MAX_CALL_SECONDS: setting({
      parse: integer(1, LONGEST_SESSION_SECONDS),
      default: '600',
      example: '600',
      doc: 'The longest call, seconds. OpenAI itself ends one after an hour.',
    }),
    CALL_IDLE_SECONDS: setting({
      parse: integer(1, LONGEST_SESSION_SECONDS),
      default: '60',
      example: '60',
      doc: 'Seconds without the human (speech, committed audio, items) after which a call is hung up.',
    }),
    MAX_CALL_USD: setting({
      parse: decimal(0, 1_000_000),
      default: '0',
      example: '0.50',
      doc: 'What a call may cost, USD; looked at after each response, so it may overshoot by one. 0 = off.',
    }),
    DAILY_USD_BUDGET: setting({
      parse: decimal(0, 1_000_000_000),
      default: '0',
      example: '50',
      doc: 'What all calls together may cost in a UTC day, USD; beyond it no new one is placed. 0 = off.',
    }),
    CLIENT_DAILY_USD: setting({
      parse: decimal(0, 1_000_000_000),
      default: '0',
      example: '2',
      doc: "What one client's calls may cost in a UTC day, USD. 0 = off.",
    }),
    CALL_DRIFT: setting({
      parse: oneOf('restore', 'hangup', 'allow'),
      default: 'restore',
      example: 'hangup',
      doc: 'What happens when a caller changes instructions or tools: `restore` puts them back three times and then hangs up, `hangup` does so at once, `allow` lets it be.',
    }),
    MODEL_PRICES: setting({
      parse: modelPrices,
      defaultNote: 'the price table in the code',
      example:
        '{"my-model":{"text_in":4,"text_cached":0.4,"text_out":16,"audio_in":32,"audio_cached":0.4,"audio_out":64}}',
      doc: "Prices of further models, USD per million tokens by kind (or `per_minute` of transcription), as in the example of docs/unified-calls.md; a model's entry replaces what the table has for it. Voice tests are priced by them in either mode.",
    }),
    CALL_HISTORY_SECONDS: setting({
      parse: integer(60, 31_536_000),
      default: '86400',
      example: '86400',
      doc: 'How long the receipt of an ended call can be read, seconds.',
    }),
  },
  Operation: {
    PORT: setting({
      parse: integer(0, 65_535),
      default: '8000',
      example: '8000',
      doc: 'Port to listen on. 0 = any free one.',
    }),
    HOST: setting({ parse: token(1, 255), default: '0.0.0.0', example: '0.0.0.0', doc: 'Address to listen on.' }),
    LOG_LEVEL: setting({
      parse: level,
      default: 'INFO',
      example: 'INFO',
      doc: "`trace` `debug` `info` `warn` `error` `fatal` `silent`, in any case; Python's names work too.",
    }),
    LOG_FORMAT: setting({
      parse: oneOf('json', 'pretty'),
      default: 'json',
      example: 'json',
      doc: '`json`, one object a line, or `pretty` for people.',
    }),
    METRICS_ENABLED: setting({
      parse: boolean,
      default: 'true',
      example: 'true',
      doc: 'Serves `/metrics`; open to all unless `ADMIN_TOKEN` is set.',
    }),
    HEALTH_CHECK_INTERVAL: setting({
      parse: integer(1, 86_400),
      default: '30',
      example: '30',
      doc: 'Seconds between probes of OpenAI.',
    }),
    SHUTDOWN_DELAY_SECONDS: setting({
      parse: integer(0, 3600),
      default: '0',
      example: '5',
      doc: 'After SIGTERM, how long requests are still taken while `/readyz` answers 503.',
    }),
    SHUTDOWN_GRACE_SECONDS: setting({
      parse: integer(0, 3600),
      default: '10',
      example: '10',
      doc: 'After that, how long requests in flight may take to end.',
    }),
  },
}

type Groups = typeof SETTINGS
type Rows = { [Group in keyof Groups]: Groups[Group] }[keyof Groups]
type RowOf<Name extends PropertyKey> = Rows extends infer Row ? (Row extends Record<Name, infer S> ? S : never) : never

export type SettingName = Rows extends infer Row ? (Row extends unknown ? keyof Row : never) : never

/** The parsed value of each setting; `undefined` where it is unset and has no default. */
export type Values = {
  [Name in SettingName]: RowOf<Name> extends WithDefault<infer T>
    ? T
    : RowOf<Name> extends Setting<infer T>
      ? T | undefined
      : never
}

/** All rows in one list, with their names. */
export const ALL_SETTINGS: ReadonlyArray<readonly [SettingName, Setting<unknown>]> = Object.values(SETTINGS).flatMap(
  group => Object.entries(group) as [SettingName, Setting<unknown>][],
)

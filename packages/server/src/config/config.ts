import { hkdfSync } from 'node:crypto'
import { DEFAULT_TRANSCRIPTION, MODEL_NAMES, modelState } from '../catalogue/models.ts'
import { PRICES, type Price } from '../catalogue/prices.ts'
import { Secret } from '../secret.ts'
import { isPricedTranscription, isPricedVoice } from './model-prices.ts'
import { looksLikeNoChromeExtension } from './origin.ts'
import { type Problem, problemWith, readValues } from './read.ts'
import type { Values } from './settings.ts'

/** How JWTs are checked: one key source, and what every token must say. */
export interface JwtConfig {
  keys: { kind: 'jwks'; url: string } | { kind: 'secret'; secret: Secret }
  issuer: string
  audience: string
}

/** All that the service needs to know, decided once at start. */
export type Config = Omit<
  Values,
  | 'OPENAI_API_KEY'
  | 'OPENAI_PUBLIC_BASE_URL'
  | 'ALLOWED_MODELS'
  | 'CORS_ORIGINS'
  | 'TRANSCRIPTION_MODEL'
  | 'CLIENT_HASH_SECRET'
  | 'AUTH_JWKS_URL'
  | 'AUTH_JWT_SECRET'
  | 'AUTH_ISSUER'
  | 'AUTH_AUDIENCE'
  | 'MODEL_PRICES'
> & {
  OPENAI_API_KEY: Secret
  OPENAI_PUBLIC_BASE_URL: string
  ALLOWED_MODELS: readonly string[]
  CORS_ORIGINS: readonly string[]
  /** Null turns transcription off. */
  TRANSCRIPTION_MODEL: string | null
  CLIENT_HASH_SECRET: Secret
  /** Null: callers need no JWT. */
  jwt: JwtConfig | null
  /** By model: the table's prices, and those of `MODEL_PRICES`. */
  prices: Readonly<Record<string, Price>>
}

/** What a start looks like: a configuration with remarks for the log, or everything that is wrong at once. */
export type Decision = { config: Config; remarks: Remark[] } | { problems: Problem[] }

/** Names a remark, for whoever acts on it; the sentence is for people. */
export type RemarkId =
  | 'railway-addresses'
  | 'model-retired'
  | 'model-retiring'
  | 'model-not-known'
  | 'extension-id'
  | 'cors-lacks-origin'
  | 'metrics-open'
  | 'burst-above-minute'
  | 'calls-alone'
  | 'spend-limit-idle'
  | 'ttl-short'
  | 'pool-off'
  | 'calls-sealed-by-api-key'

/** Something an operator should read at start, but that does not stop it. */
export interface Remark {
  id: RemarkId
  level: 'info' | 'warn'
  text: string
}

type Environment = Record<string, string | undefined>

/** Reads the environment and decides everything. Reads no other file than those named by `…_FILE`. */
export function decideConfig(env: Environment, now: number = Date.now()): Decision {
  const { values, problems } = readValues(withPlatformDefaults(env))
  const jwt = decideJwt(values, problems)
  checkTogether(values, problems)
  const prices = { ...PRICES, ...values.MODEL_PRICES }
  checkCalls(values, prices, problems, now)
  const apiKey = values.OPENAI_API_KEY
  if (problems.length > 0 || apiKey === undefined) return { problems }
  const config: Config = {
    ...values,
    OPENAI_API_KEY: apiKey,
    OPENAI_PUBLIC_BASE_URL: values.OPENAI_PUBLIC_BASE_URL ?? values.OPENAI_BASE_URL,
    ALLOWED_MODELS: allowedModels(values),
    CORS_ORIGINS: values.CORS_ORIGINS ?? values.ALLOWED_ORIGINS,
    TRANSCRIPTION_MODEL: transcriptionModel(values),
    // Whoever waits for an attempt, such as one of the pool's, waits for the deadline at most.
    UPSTREAM_TIMEOUT_MS: Math.min(values.UPSTREAM_TIMEOUT_MS, values.UPSTREAM_DEADLINE_MS),
    ...decidePool(values),
    CLIENT_HASH_SECRET: values.CLIENT_HASH_SECRET ?? deriveSecret(apiKey, 'client-hash'),
    jwt,
    prices,
  }
  const remarks = remarksOn(config, env, now)
  if (values.POOL_ENABLED && !config.POOL_ENABLED && config.CALL_MODE === 'ephemeral')
    remarks.push({
      id: 'pool-off',
      level: 'warn',
      text: 'The pool of ready secrets is off: TOKEN_TTL_SECONDS leaves them too little time to wait.',
    })
  if (config.CALL_MODE === 'unified' && config.REDIS_URL && !values.CLIENT_HASH_SECRET)
    remarks.push({
      id: 'calls-sealed-by-api-key',
      level: 'warn',
      text: 'CLIENT_HASH_SECRET is not set: a change of the API key ends running calls, and unused tickets with them.',
    })
  return { config, remarks }
}

/** A secret of our own that changes with the API key and does not reveal it (HKDF, RFC 5869). */
export function deriveSecret(from: Secret, purpose: string): Secret {
  const bytes = hkdfSync('sha256', from.reveal(), '', `parker-token-service:${purpose}`, 32)
  return new Secret(Buffer.from(bytes).toString('base64url'))
}

function withPlatformDefaults(env: Environment): Environment {
  const { RAILWAY_PROJECT_ID, RAILWAY_PUBLIC_DOMAIN, TRUST_PROXY, PUBLIC_URL } = env
  return {
    ...env,
    ...(RAILWAY_PROJECT_ID && !TRUST_PROXY ? { TRUST_PROXY: 'railway' } : {}),
    ...(RAILWAY_PUBLIC_DOMAIN && !PUBLIC_URL ? { PUBLIC_URL: `https://${RAILWAY_PUBLIC_DOMAIN}` } : {}),
  }
}

function allowedModels(values: Values): readonly string[] {
  return values.ALLOWED_MODELS ?? [...new Set([...MODEL_NAMES, values.REALTIME_MODEL])]
}

function transcriptionModel(values: Values): string | null {
  const model = values.TRANSCRIPTION_MODEL ?? DEFAULT_TRANSCRIPTION[values.OPENAI_REALTIME_API]
  return model === 'none' ? null : model
}

/** A secret that waits shorter than this, seconds, would mostly be minted in vain. */
const LEAST_SHELF_SECONDS = 30

function decidePool(values: Values): Pick<Config, 'POOL_ENABLED' | 'POOL_MIN_REMAINING_SECONDS'> {
  const remaining = Math.min(values.POOL_MIN_REMAINING_SECONDS, values.TOKEN_TTL_SECONDS / 2)
  const worthwhile = values.TOKEN_TTL_SECONDS - remaining >= LEAST_SHELF_SECONDS
  // Unified calls need no secrets of OpenAI's.
  const wanted = values.POOL_ENABLED && values.CALL_MODE === 'ephemeral'
  return { POOL_ENABLED: wanted && worthwhile, POOL_MIN_REMAINING_SECONDS: remaining }
}

function decideJwt(values: Values, problems: Problem[]): JwtConfig | null {
  const { AUTH_JWKS_URL: url, AUTH_JWT_SECRET: secret, AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience } = values
  // A value that could not be read was meant all the same: what goes with it is reported now, not at the next start.
  const unread = new Set(problems.map(problem => problem.name))
  const meant = (name: 'AUTH_JWKS_URL' | 'AUTH_JWT_SECRET' | 'AUTH_ISSUER' | 'AUTH_AUDIENCE') =>
    values[name] !== undefined || unread.has(name)
  const wanted = meant('AUTH_JWKS_URL') || meant('AUTH_JWT_SECRET')
  if (meant('AUTH_JWKS_URL') && meant('AUTH_JWT_SECRET'))
    problems.push(problemWith('AUTH_JWT_SECRET', 'is set together with AUTH_JWKS_URL; keep one of the two'))
  for (const name of ['AUTH_ISSUER', 'AUTH_AUDIENCE'] as const) {
    if (wanted && !meant(name)) problems.push(problemWith(name, 'is required with AUTH_JWKS_URL or AUTH_JWT_SECRET'))
    if (!wanted && meant(name) && !unread.has(name))
      problems.push(problemWith(name, 'has no effect without AUTH_JWKS_URL or AUTH_JWT_SECRET; set one, or unset this'))
  }
  if (issuer === undefined || audience === undefined) return null
  if (url !== undefined) return { keys: { kind: 'jwks', url }, issuer, audience }
  return secret === undefined ? null : { keys: { kind: 'secret', secret }, issuer, audience }
}

/** A default, and the list that it must be on. */
const LISTED = [
  ['REALTIME_MODEL', 'ALLOWED_MODELS'],
  ['REALTIME_VOICE', 'ALLOWED_VOICES'],
] as const

/** What no single parser can see. */
function checkTogether(values: Values, problems: Problem[]): void {
  for (const [name, list] of LISTED) {
    const { [name]: value, [list]: allowed } = values
    // What could not be read was reported already.
    if (value && allowed && !allowed.includes(value))
      problems.push({
        name,
        id: undefined,
        problem: `is ${value}, which ${list} does not list; set it to one of them`,
        example: `${name}=${allowed[0]}`,
      })
  }
}

/** Limits of what calls may cost. */
const SPEND_LIMITS = ['MAX_CALL_USD', 'DAILY_USD_BUDGET', 'CLIENT_DAILY_USD'] as const

function spendLimits(values: Pick<Values, (typeof SPEND_LIMITS)[number]>): string[] {
  return SPEND_LIMITS.filter(name => values[name] > 0)
}

/** Unified mode needs the GA form, and a price for whatever a spend limit shall hold. */
function checkCalls(values: Values, prices: Readonly<Record<string, Price>>, problems: Problem[], now: number): void {
  if (values.CALL_MODE !== 'unified') return
  if (values.OPENAI_REALTIME_API === 'beta')
    problems.push(problemWith('OPENAI_REALTIME_API', 'is beta, which has no unified calls; unset it, or CALL_MODE'))
  const limits = spendLimits(values)
  const unpriced = unpricedModels(values, prices, now)
  if (limits.length > 0 && unpriced.length > 0)
    problems.push(
      problemWith(
        'MODEL_PRICES',
        `lacks a price for ${unpriced.join(', ')}, which ${limits.join(' and ')} cannot hold then; add it, or leave the model out of ALLOWED_MODELS (TRANSCRIPTION_MODEL=none turns transcription off)`,
        'price-missing',
      ),
    )
}

function unpricedModels(values: Values, prices: Readonly<Record<string, Price>>, now: number): string[] {
  const served = allowedModels(values).map(name => modelState(name, now).served)
  const voices = [...new Set(served)].filter(model => !isPricedVoice(prices[model]))
  const transcription = transcriptionModel(values)
  if (transcription === null || isPricedTranscription(prices[transcription])) return voices
  return [...voices, transcription]
}

function remarksOn(config: Config, env: Environment, now: number): Remark[] {
  const remarks: Remark[] = []
  const warn = (id: RemarkId, text: string) => remarks.push({ id, level: 'warn', text })
  if (env.RAILWAY_PROJECT_ID && !env.TRUST_PROXY)
    remarks.push({
      id: 'railway-addresses',
      level: 'info',
      text: 'Running on Railway: client addresses are taken from X-Real-IP (TRUST_PROXY=railway).',
    })
  const model = modelState(config.REALTIME_MODEL, now)
  if (model.state === 'retired')
    warn(
      'model-retired',
      `REALTIME_MODEL ${config.REALTIME_MODEL} was shut down on ${model.shutdown}; ${model.served} is served instead.`,
    )
  if (model.state === 'retiring')
    warn(
      'model-retiring',
      `REALTIME_MODEL ${config.REALTIME_MODEL} will be shut down on ${model.shutdown}; move to ${model.successor}.`,
    )
  if (!MODEL_NAMES.includes(config.REALTIME_MODEL) && !env.ALLOWED_MODELS)
    warn(
      'model-not-known',
      `REALTIME_MODEL ${config.REALTIME_MODEL} is none that this version knows; if it is no typing error, list it in ALLOWED_MODELS.`,
    )
  for (const origin of config.ALLOWED_ORIGINS.filter(looksLikeNoChromeExtension))
    warn(
      'extension-id',
      `ALLOWED_ORIGINS has ${origin}, an id that Chrome cannot have made (32 letters, a to p): no real extension will match it.`,
    )
  for (const origin of config.ALLOWED_ORIGINS.filter(one => !config.CORS_ORIGINS.includes(one)))
    warn('cors-lacks-origin', `CORS_ORIGINS lacks ${origin}: a browser there will not be able to read the answers.`)
  if (config.METRICS_ENABLED && !config.ADMIN_TOKEN)
    warn('metrics-open', '/metrics is open to everyone: set ADMIN_TOKEN to close it.')
  if (config.RATE_LIMIT_BURST > config.RATE_LIMIT_PER_MINUTE)
    warn('burst-above-minute', 'RATE_LIMIT_BURST is above RATE_LIMIT_PER_MINUTE, so it never takes effect.')
  if (config.CALL_MODE === 'unified' && !config.REDIS_URL)
    warn(
      'calls-alone',
      'CALL_MODE is unified without REDIS_URL: run one instance only. If it is killed, its calls run on until OpenAI ends them.',
    )
  const idle = config.CALL_MODE === 'unified' ? [] : spendLimits(config)
  if (idle.length > 0)
    warn(
      'spend-limit-idle',
      `Nothing holds calls to ${idle.join(' and ')}: they count only with CALL_MODE=unified. Set that, or unset them.`,
    )
  if (config.TOKEN_TTL_SECONDS < 60)
    warn('ttl-short', 'TOKEN_TTL_SECONDS is under a minute: a user who is asked for the microphone may be too late.')
  return remarks
}

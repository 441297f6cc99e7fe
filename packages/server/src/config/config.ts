import { PRICES, type Price } from '../catalogue/prices.ts'
import { deriveSecret, type Secret } from '../secret.ts'
import { decideJwt, type JwtConfig } from './jwt.ts'
import { allowedModels, transcriptionModel } from './models.ts'
import { type Environment, type Problem, readValues } from './read.ts'
import { type Remark, remarksOn } from './remarks.ts'
import type { Values } from './settings.ts'
import { checkCalls } from './spending.ts'

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
  return { config, remarks: remarksOn({ env, values, decided: config }, now) }
}

function withPlatformDefaults(env: Environment): Environment {
  const { RAILWAY_PROJECT_ID, RAILWAY_PUBLIC_DOMAIN, TRUST_PROXY, PUBLIC_URL } = env
  return {
    ...env,
    ...(RAILWAY_PROJECT_ID && !TRUST_PROXY ? { TRUST_PROXY: 'railway' } : {}),
    ...(RAILWAY_PUBLIC_DOMAIN && !PUBLIC_URL ? { PUBLIC_URL: `https://${RAILWAY_PUBLIC_DOMAIN}` } : {}),
  }
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

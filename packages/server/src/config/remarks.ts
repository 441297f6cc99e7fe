import { MODEL_NAMES, type ModelState, modelState } from '../catalogue/models.ts'
import { misspelled } from './misspelled.ts'
import { looksLikeNoChromeExtension, missingIn } from './origin.ts'
import type { Environment } from './read.ts'
import type { Values } from './settings.ts'
import { spendLimits } from './spending.ts'

/** What a start begins with. */
interface Start {
  env: Environment
  /** The settings as they were read. */
  values: Values
  /** What was decided from them. */
  decided: { CORS_ORIGINS: readonly string[]; POOL_ENABLED: boolean; POOL_MIN_REMAINING_SECONDS: number }
  /** How `REALTIME_MODEL` stands today. */
  model: ModelState
}

interface Row {
  level: 'info' | 'warn'
  /** What there is to say; nothing where all is as it should be. */
  texts(start: Start): readonly string[]
}

const info = (texts: Row['texts']): Row => ({ level: 'info', texts })
const warn = (texts: Row['texts']): Row => ({ level: 'warn', texts })
const when = (holds: unknown, text: string): readonly string[] => (holds ? [text] : [])

/** All that a start may have to say, in the order in which it does. The doctor's findings go by the same names. */
const REMARKS = {
  'setting-misspelled': warn(({ env }) =>
    misspelled(env).map(([variable, setting]) => `${variable} is no setting and has no effect; is ${setting} meant?`),
  ),
  'railway-addresses': info(({ env }) =>
    when(
      env.RAILWAY_PROJECT_ID && !env.TRUST_PROXY,
      'Running on Railway: client addresses are taken from X-Real-IP (TRUST_PROXY=railway).',
    ),
  ),
  'model-retired': warn(({ model }) =>
    when(
      model.state === 'retired',
      `REALTIME_MODEL ${model.name} was shut down on ${model.shutdown}; ${model.served} is served instead.`,
    ),
  ),
  'model-retiring': warn(({ model }) =>
    when(
      model.state === 'retiring',
      `REALTIME_MODEL ${model.name} will be shut down on ${model.shutdown}; move to ${model.successor}.`,
    ),
  ),
  'model-not-known': warn(({ env, model }) =>
    when(
      !MODEL_NAMES.includes(model.name) && !env.ALLOWED_MODELS,
      `REALTIME_MODEL ${model.name} is none that this version knows; if it is no typing error, list it in ALLOWED_MODELS.`,
    ),
  ),
  'no-origins': warn(({ values }) =>
    when(values.ALLOWED_ORIGINS.length === 0, 'ALLOWED_ORIGINS is empty: every page and extension is refused.'),
  ),
  'extension-id': warn(({ values }) =>
    values.ALLOWED_ORIGINS.filter(looksLikeNoChromeExtension).map(
      origin =>
        `ALLOWED_ORIGINS has ${origin}, an id that Chrome cannot have made (32 letters, a to p): no real extension will match it.`,
    ),
  ),
  'cors-lacks-origin': warn(({ values, decided }) =>
    missingIn(decided.CORS_ORIGINS, values.ALLOWED_ORIGINS).map(
      origin => `CORS_ORIGINS lacks ${origin}: a browser there will not be able to read the answers.`,
    ),
  ),
  'cors-not-allowed': warn(({ values, decided }) =>
    missingIn(values.ALLOWED_ORIGINS, decided.CORS_ORIGINS).map(
      origin => `CORS_ORIGINS has ${origin}, which ALLOWED_ORIGINS lacks: a browser there gets no token all the same.`,
    ),
  ),
  'metrics-open': warn(({ values }) =>
    when(values.METRICS_ENABLED && !values.ADMIN_TOKEN, '/metrics is open to everyone: set ADMIN_TOKEN to close it.'),
  ),
  'burst-above-minute': warn(({ values }) =>
    when(
      values.RATE_LIMIT_BURST > values.RATE_LIMIT_PER_MINUTE,
      'RATE_LIMIT_BURST is above RATE_LIMIT_PER_MINUTE, so it never takes effect.',
    ),
  ),
  'calls-alone': warn(({ values }) =>
    when(
      values.CALL_MODE === 'unified' && !values.REDIS_URL,
      'CALL_MODE is unified without REDIS_URL: run one instance only. If it is killed, its calls run on until OpenAI ends them.',
    ),
  ),
  'spend-limit-idle': warn(({ values }) =>
    when(
      values.CALL_MODE !== 'unified' && spendLimits(values).length > 0,
      `Nothing holds calls to ${spendLimits(values).join(' and ')}: they count only with CALL_MODE=unified. Set that, or unset them.`,
    ),
  ),
  'ttl-short': warn(({ values }) =>
    when(
      values.TOKEN_TTL_SECONDS < 60,
      'TOKEN_TTL_SECONDS is under a minute: a user who is asked for the microphone may be too late.',
    ),
  ),
  'pool-off': warn(({ values, decided }) =>
    when(
      values.POOL_ENABLED && !decided.POOL_ENABLED && values.CALL_MODE === 'ephemeral',
      'The pool of ready secrets is off: TOKEN_TTL_SECONDS leaves them too little time to wait.',
    ),
  ),
  'pool-remaining-capped': warn(({ env, values, decided }) =>
    when(
      env.POOL_MIN_REMAINING_SECONDS &&
        decided.POOL_ENABLED &&
        values.POOL_MIN_REMAINING_SECONDS > decided.POOL_MIN_REMAINING_SECONDS,
      `POOL_MIN_REMAINING_SECONDS is above half of TOKEN_TTL_SECONDS, so ${decided.POOL_MIN_REMAINING_SECONDS} counts.`,
    ),
  ),
  'calls-sealed-by-api-key': warn(({ values }) =>
    when(
      values.CALL_MODE === 'unified' && values.REDIS_URL && !values.CLIENT_HASH_SECRET,
      'CLIENT_HASH_SECRET is not set: a change of the API key ends running calls, and unused tickets with them.',
    ),
  ),
}

/** Something an operator should read at start, but that does not stop it. */
export interface Remark {
  /** Names it, for whoever acts on it; the sentence is for people. */
  id: keyof typeof REMARKS
  level: Row['level']
  text: string
}

/** What is to be said of a start at this moment, milliseconds since 1970. */
export function remarksOn(start: Omit<Start, 'model'>, now: number): Remark[] {
  const seen = { ...start, model: modelState(start.values.REALTIME_MODEL, now) }
  const rows = Object.entries(REMARKS) as [Remark['id'], Row][]
  return rows.flatMap(([id, { level, texts }]) => texts(seen).map(text => ({ id, level, text })))
}

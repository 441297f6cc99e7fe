import { modelState } from '../catalogue/models.ts'
import { type Config, decideConfig, type Remark } from '../config/config.ts'
import type { Problem } from '../config/read.ts'
import { ALL_SETTINGS } from '../config/settings.ts'
import { type Finding, type FindingId, finding } from './findings.ts'

export type Environment = Record<string, string | undefined>

/** The settings, as far as they can be read. */
export interface Settings {
  findings: Finding[]
  /** With a wrong setting's default in its place, so that what is right can still be checked. */
  config: Config
  /** Names of the settings that are wrong. */
  wrong: ReadonlySet<string>
}

/** Stands for a key that is missing, so that the rest can be decided; it is never sent. */
const NO_KEY = 'not-a-key'

/** Decides as the service does, and goes on with what is right. */
export function readSettings(env: Environment, now: number): Settings {
  const decision = decideConfig(env, now)
  if ('config' in decision) {
    const { config, remarks } = decision
    const found = remarks.map(remark => findingOfRemark(remark, config, now))
    const fine = finding('settings-ok', `All ${ALL_SETTINGS.length} settings can be read.`)
    return { findings: found.length > 0 ? found : [fine], config, wrong: new Set() }
  }
  const { config, remarks, wrong } = salvage(env, decision.problems, now)
  const lasting = remarks.filter(({ text }) => ![...wrong].some(name => text.includes(name)))
  const found = [...decision.problems.map(findingOfProblem), ...lasting.map(one => findingOfRemark(one, config, now))]
  return { findings: found, config, wrong }
}

/** Settings that are judged together: with one of them gone, another may be wrong. */
const ENTANGLED = /^AUTH_|_(MODEL|VOICE)S?$/

/** What is left without the wrong settings. */
function salvage(env: Environment, problems: readonly Problem[], now: number) {
  const given = ALL_SETTINGS.map(([name]) => name).filter(name => env[name] || env[`${name}_FILE`])
  const named = problems.map(({ name }) => name)
  const attempts = [named, [...named, ...given.filter(name => ENTANGLED.test(name))], [...named, ...given]]
  for (const names of attempts) {
    const wrong = new Set(names)
    const decision = decideConfig(without(env, wrong), now)
    if ('config' in decision) return { ...decision, wrong }
  }
  throw new TypeError('the defaults themselves are wrong')
}

function without(env: Environment, names: ReadonlySet<string>): Environment {
  const kept = Object.entries(env).filter(([name]) => !names.has(name.replace(/_FILE$/, '')))
  return { ...Object.fromEntries(kept), ...(names.has('OPENAI_API_KEY') ? { OPENAI_API_KEY: NO_KEY } : {}) }
}

/** The rows of our table that a problem or a remark of the start belongs to, by its wording; the first that fits. */
const KNOWN: readonly [RegExp, FindingId][] = [
  [/^OPENAI_API_KEY is required/, 'key-missing'],
  [/ cannot be read from the file /, 'secret-file'],
  [/_ORIGINS has the pattern /, 'origin-wildcard'],
  [/_ORIGINS has .*(; browsers send it as |, which is not an origin)/, 'origin-malformed'],
  [/^OPENAI_\w*BASE_URL uses plain http /, 'openai-plain-http'],
  [/^ADMIN_TOKEN is shorter /, 'admin-token-short'],
  [/^REALTIME_MODEL \S+ was shut down /, 'model-retired'],
  [/^REALTIME_MODEL \S+ will be shut down /, 'model-retiring'],
  [/^REALTIME_MODEL \S+ is none that /, 'model-not-known'],
  [/ an id that Chrome cannot have made /, 'extension-id'],
  [/^CORS_ORIGINS lacks /, 'cors-lacks-origin'],
  [/^\/metrics is open /, 'metrics-open'],
  [/^RATE_LIMIT_BURST is above /, 'burst-above-minute'],
  [/^MODEL_PRICES lacks a price /, 'price-missing'],
  [/^CALL_MODE is unified without REDIS_URL/, 'calls-alone'],
  [/^Nothing holds calls to /, 'spend-limit-idle'],
  [/^TOKEN_TTL_SECONDS is under a minute/, 'ttl-short'],
]

function idFor(text: string, otherwise: FindingId): FindingId {
  return KNOWN.find(([wording]) => wording.test(text))?.[1] ?? otherwise
}

function findingOfProblem({ name, problem, example }: Problem): Finding {
  const text = `${name} ${problem}`
  const { fix } = finding(idFor(text, 'setting-wrong'), '')
  return finding(idFor(text, 'setting-wrong'), `${text}.`, `${fix} For example: ${example}`)
}

function findingOfRemark({ level, text }: Remark, config: Config, now: number): Finding {
  const id = idFor(text, level === 'warn' ? 'setting-remark' : 'setting-note')
  const { successor } = modelState(config.REALTIME_MODEL, now)
  return finding(id, text, id.startsWith('model-') && successor ? `Set REALTIME_MODEL=${successor}.` : undefined)
}

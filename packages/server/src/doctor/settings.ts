import { modelState } from '../catalogue/models.ts'
import { type Config, decideConfig } from '../config/config.ts'
import type { ProblemId } from '../config/parse.ts'
import type { Environment, Problem } from '../config/read.ts'
import type { Remark } from '../config/remarks.ts'
import { ALL_SETTINGS, type SettingName } from '../config/settings.ts'
import { FINDINGS, type Finding, type FindingId, finding } from './findings.ts'
import type { Unread } from './unread.ts'

/** The settings, as far as they can be read. */
export interface Settings {
  findings: Finding[]
  /** With defaults in the place of settings that are wrong, so that what is right can still be checked. */
  config: Config
  unread: Unread
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
    return { findings: found.length > 0 ? found : [fine], config, unread: new Map() }
  }
  const { config, remarks, unread } = salvage(env, decision.problems, now)
  const lasting = remarks.filter(({ text }) => ![...unread.keys()].some(name => text.includes(name)))
  const found = [...decision.problems.map(findingOfProblem), ...lasting.map(one => findingOfRemark(one, config, now))]
  return { findings: found, config, unread }
}

/** Settings that are judged together: with one of them gone, another may be wrong. */
const KIN = [/^AUTH_/, /^MODEL_PRICES$|_USD(_|$)/, /_MODELS?$/, /_VOICES?$/]

/** What is left without the wrong settings; where that will not do, without their kin, or without any setting. */
function salvage(env: Environment, problems: readonly Problem[], now: number) {
  const given = ALL_SETTINGS.map(([name]) => name).filter(name => env[name] || env[`${name}_FILE`])
  const wrong = [...new Set(problems.map(({ name }) => name))]
  const kinOf = (name: SettingName) => wrong.filter(one => KIN.some(kin => kin.test(one) && kin.test(name)))
  for (const becauseOf of [() => [], kinOf, () => wrong]) {
    const unread = new Map<SettingName, readonly SettingName[]>(wrong.map(name => [name, [name]]))
    for (const name of given) if (!unread.has(name) && becauseOf(name).length > 0) unread.set(name, becauseOf(name))
    const decision = decideConfig(without(env, unread), now)
    if ('config' in decision) return { ...decision, unread }
  }
  throw new TypeError('the defaults themselves are wrong')
}

function without(env: Environment, names: { has(name: SettingName): boolean }): Environment {
  const kept = Object.entries(env).filter(([name]) => !names.has(name.replace(/_FILE$/, '') as SettingName))
  return { ...Object.fromEntries(kept), ...(names.has('OPENAI_API_KEY') ? { OPENAI_API_KEY: NO_KEY } : {}) }
}

/** The rows of our table for what stops the start: of any setting, or of those named. All else is `setting-wrong`. */
const OF_PROBLEM: Record<ProblemId, FindingId | Partial<Record<SettingName, FindingId>>> = {
  missing: 'key-missing',
  'file-unreadable': 'secret-file',
  'origin-pattern': 'origin-wildcard',
  'origin-malformed': 'origin-malformed',
  'plain-http': { OPENAI_BASE_URL: 'openai-plain-http', OPENAI_PUBLIC_BASE_URL: 'openai-plain-http' },
  'price-missing': 'price-missing',
  'too-short': { ADMIN_TOKEN: 'admin-token-short' },
}

/** A remark has a row of its own name, or goes to that of its level. */
function idOfRemark({ id, level }: Remark): FindingId {
  if (Object.hasOwn(FINDINGS.Settings, id)) return id as FindingId
  return level === 'info' ? 'setting-note' : 'setting-remark'
}

function idOfProblem({ name, id }: Problem): FindingId {
  const known = id && OF_PROBLEM[id]
  return (typeof known === 'object' ? known[name] : known) ?? 'setting-wrong'
}

function findingOfProblem(one: Problem): Finding {
  const id = idOfProblem(one)
  const { fix } = finding(id, '')
  return finding(id, `${one.name} ${one.problem}.`, `${fix} For example: ${one.example}`)
}

function findingOfRemark(remark: Remark, config: Config, now: number): Finding {
  const id = idOfRemark(remark)
  const { successor } = modelState(config.REALTIME_MODEL, now)
  return finding(id, remark.text, id.startsWith('model-') && successor ? `Set REALTIME_MODEL=${successor}.` : undefined)
}

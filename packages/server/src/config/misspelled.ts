import type { Environment } from './read.ts'
import { ALL_SETTINGS, type SettingName } from './settings.ts'

/** Shorter names, such as `PORT`, are too near to others that mean something else. */
const LEAST_LENGTH = 6

/** Variables that are set and are one slip away from a setting's name, each with that setting. */
export function misspelled(env: Environment): [variable: string, setting: SettingName][] {
  const known = new Set<string>(ALL_SETTINGS.map(([name]) => name))
  return Object.keys(env)
    .filter(variable => env[variable] && !known.has(variable) && variable.length >= LEAST_LENGTH)
    .flatMap(variable => {
      const meant = ALL_SETTINGS.find(([name]) => isOneSlipFrom(name, variable))?.[0]
      return meant ? [[variable, meant] as [string, SettingName]] : []
    })
}

/** Whether a letter is missing, too many or another one, or two neighbours have changed places. */
function isOneSlipFrom(meant: string, written: string): boolean {
  const shorter = Math.min(meant.length, written.length)
  let start = 0
  while (start < shorter && meant[start] === written[start]) start++
  let end = 0
  while (end < shorter - start && meant.at(-1 - end) === written.at(-1 - end)) end++
  const [a, b] = [meant, written].map(name => name.slice(start, name.length - end)) as [string, string]
  return (a.length < 2 && b.length < 2) || (a.length === 2 && b === `${a[1]}${a[0]}`)
}

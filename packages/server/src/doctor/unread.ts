import type { SettingName } from '../config/settings.ts'
import { type Finding, finding } from './findings.ts'

/** Settings whose defaults stand in their place, each with the wrong settings that this is for: itself, or its kin. */
export type Unread = ReadonlyMap<SettingName, readonly SettingName[]>

/** Says that `what` was not checked where a setting that it needs could not be read; else nothing. */
export function notChecked(what: string, needs: readonly SettingName[], unread: Unread): Finding[] {
  const wrong = [...new Set(needs.flatMap(name => unread.get(name) ?? []))]
  if (wrong.length === 0) return []
  return [
    finding('not-checked', `${what} was not checked: ${wrong.join(', ')} ${wrong.length > 1 ? 'are' : 'is'} wrong.`),
  ]
}

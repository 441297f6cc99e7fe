import { SETTINGS, type Setting } from '../../packages/server/src/config/settings.ts'
import { ERRORS } from '../../packages/server/src/errors.ts'
import { table } from './markdown.ts'

/** The README's table of settings, one group after the other. */
export function settingsTable(): string {
  const rows = Object.entries(SETTINGS).flatMap(([group, settings]) => [
    [`**${group}**`, '', ''],
    ...Object.entries(settings).map(([name, row]) => [`\`${name}\``, defaultOf(name, row), row.doc]),
  ])
  return table(['Setting', 'Default', 'Meaning'], rows)
}

function defaultOf(name: string, row: Setting<unknown>): string {
  if (name === 'OPENAI_API_KEY') return '**required**'
  return row.defaultNote ?? (row.default === undefined ? '–' : `\`${row.default}\``)
}

/** The README's table of errors, by status. */
export function errorsTable(): string {
  const rows = Object.entries(ERRORS)
    .sort(([, a], [, b]) => a.status - b.status)
    .map(([type, { status, when }]) => [String(status), `\`${type}\``, when])
  return table(['Status', '`type`', 'When'], rows)
}

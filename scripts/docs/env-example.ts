import { SETTINGS, type Setting } from '../../packages/server/src/config/settings.ts'

const WIDTH = 110

/** `.env.example`: every setting with its meaning and its default, commented out where it has one. */
export function envExample(): string {
  const intro = [
    '# Settings of the Parker Realtime Token Service. Copy to .env, which `npm start` reads; the environment wins over it.',
    '# Lists are JSON arrays or separated by commas. An empty value counts as unset.',
    '# Any secret may come from a file instead: OPENAI_API_KEY_FILE=/run/secrets/openai',
  ]
  const groups = Object.entries(SETTINGS).map(
    ([title, rows]) => `# --- ${title} ---\n\n${Object.entries(rows).map(entry).join('\n\n')}`,
  )
  return `${[intro.join('\n'), ...groups].join('\n\n')}\n`
}

function entry([name, row]: [string, Setting<unknown>]): string {
  const note = row.defaultNote ? ` Default: ${row.defaultNote}.` : ''
  const value = row.defaultNote ? '' : (row.default ?? '')
  const line = name === 'OPENAI_API_KEY' ? `${name}=` : `# ${name}=${value}`
  return `${wrapped(row.doc.replaceAll('`', '') + note.replaceAll('`', ''))}\n${line}`
}

function wrapped(text: string): string {
  const lines = ['#']
  for (const word of text.split(' ')) {
    if (`${lines.at(-1)} ${word}`.length > WIDTH) lines.push('#')
    lines[lines.length - 1] += ` ${word}`
  }
  return lines.join('\n')
}

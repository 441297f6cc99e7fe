import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ROOT = new URL('../../', import.meta.url)

/** What `npm start` runs, `exec [env NAME=VALUE …] node [flags] file`, as words for Node and variables. */
export function startCommand(): { words: string[]; env: Record<string, string> } {
  const { scripts } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8'))
  const [before = '', after = ''] = scripts.start.split(/\bnode /)
  const words = after
    .split(' ')
    .map((word: string) => (word.startsWith('-') ? word : fileURLToPath(new URL(word, ROOT))))
  const assignments = before.split(' ').filter((word: string) => word.includes('='))
  return { words, env: Object.fromEntries(assignments.map((word: string) => word.split('='))) }
}

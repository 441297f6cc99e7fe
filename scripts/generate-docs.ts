import { readFileSync, writeFileSync } from 'node:fs'
import { clientErrors } from './docs/client-errors.ts'
import { doctorPage } from './docs/doctor-page.ts'
import { envExample } from './docs/env-example.ts'
import { openApiDocument } from './docs/openapi.ts'
import { parkerPage } from './docs/parker-page.ts'
import { poolPage } from './docs/pool-page.ts'
import { errorsTable, settingsTable } from './docs/tables.ts'
import { voiceLimits } from './docs/voice-limits.ts'

/** What is generated: whole files, and parts of files between `<!-- name -->` and `<!-- /name -->`. */
const FILES: Record<string, () => string | Promise<string>> = {
  '.env.example': envExample,
  'docs/openapi.json': () => openApiDocument('ephemeral'),
  'docs/openapi-unified.json': () => openApiDocument('unified'),
  'docs/parker.md': parkerPage,
  'docs/pool.md': poolPage,
  'docs/doctor.md': doctorPage,
  'docs/client.md': () => withParts('docs/client.md', { 'client errors': clientErrors }),
  'docs/voice-test.md': () => withParts('docs/voice-test.md', { limits: voiceLimits }),
  'README.md': () => withParts('README.md', { settings: settingsTable, errors: errorsTable }),
}

function withParts(file: string, parts: Record<string, () => string>): string {
  let text = readFileSync(file, 'utf8')
  for (const [name, render] of Object.entries(parts)) {
    const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
    const [from, to] = [text.indexOf(start), text.indexOf(end)]
    if (from === -1 || to < from) throw new Error(`${file} has no part ${start} … ${end}`)
    text = `${text.slice(0, from + start.length)}\n${render()}\n${text.slice(to)}`
  }
  return text
}

const check = process.argv.includes('--check')
const stale: string[] = []
for (const [file, render] of Object.entries(FILES)) {
  const text = await render()
  if (check && readFileSync(file, 'utf8') !== text) stale.push(file)
  if (!check) writeFileSync(file, text)
}
if (stale.length > 0) process.stderr.write(`Out of date: ${stale.join(', ')}. Run: npm run docs\n`)
process.exit(stale.length > 0 ? 1 : 0)

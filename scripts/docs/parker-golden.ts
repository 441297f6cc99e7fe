/** Writes the golden file of Parker's instructions. Run it when the words have changed on purpose, and read the diff. */
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { composeInstructions, PARKER } from '../../packages/server/src/persona.ts'
import { type Combination, combinations } from './parker-page.ts'

const FILE = new URL('../../packages/server/src/persona.golden.json', import.meta.url)

/** Shown in full: every mode, every difficulty, and sports that sound unlike each other. */
const IN_FULL = [
  'none/easy/none',
  'none/expert/tennis',
  'debate/easy/soccer',
  'debate/savage/basketball',
  'hot_take/savage/none',
  'hot_take/expert/motorsport',
]

const all = combinations()
const texts = all.filter(({ name }) => IN_FULL.includes(name)).map(entry => [entry.name, compose(entry)])
const sha256 = all.map(entry => [entry.name, createHash('sha256').update(compose(entry)).digest('hex')])
const golden = { texts: Object.fromEntries(texts), sha256: Object.fromEntries(sha256) }
writeFileSync(FILE, `${JSON.stringify(golden, null, 2)}\n`)

function compose({ request }: Combination): string {
  return composeInstructions(request, PARKER)
}

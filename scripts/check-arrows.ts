import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findFaults } from './arrows/faults.ts'

const ROOT = fileURLToPath(new URL('../', import.meta.url))

const paths = globSync(['packages/*/start.js', '{packages,examples,scripts,demo,bench,soak,test,voice-lab}/**/*.ts'], {
  cwd: ROOT,
  exclude: path => path.includes('node_modules'),
}).sort()
const faults = findFaults(new Map(paths.map(path => [path, readFileSync(join(ROOT, path), 'utf8')])))
process.stdout.write(faults.map(fault => `${fault}\n`).join(''))
process.stdout.write(`${paths.length} files, ${faults.length} wrong arrows\n`)
process.exitCode = faults.length > 0 ? 1 : 0

import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'

const SOURCES = `${import.meta.dirname}/..`
const OWN = 'doctor/redis-writes.ts'

function commandsOf(file: string): string[] {
  const calls = readFileSync(`${SOURCES}/${file}`, 'utf8').matchAll(/redis\.p?call\('([A-Z]+)'/g)
  return [...calls].map(([, command]) => command ?? '')
}

test('the doctor tries every command that a script of the service uses, and no other', () => {
  const files = globSync('**/*.ts', { cwd: SOURCES }).filter(file => !/\.test\.ts$|^doctor\//.test(file))
  const used = new Set(files.flatMap(commandsOf))
  assert.ok(used.has('HSET') && used.has('SET'))
  assert.deepEqual([...new Set(commandsOf(OWN))].sort(), [...used].sort())
})

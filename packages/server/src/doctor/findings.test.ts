import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { FINDINGS, finding } from './findings.ts'
import { asText, exitCode } from './report.ts'

const rows = Object.values(FINDINGS).flatMap(group => Object.entries(group))

test('whatever is bad has a fix, and whatever is well has none', () => {
  for (const [id, { severity, fix, when }] of rows) {
    assert.equal(fix === '', severity === 'ok', id)
    assert.ok(when.length > 0, id)
  }
})

test('ids are unique, and each is reported somewhere', () => {
  const ids = rows.map(([id]) => id)
  assert.equal(new Set(ids).size, ids.length)
  const files = globSync('**/*.ts', { cwd: import.meta.dirname }).filter(
    file => !/\.test\.ts$|^findings\.ts$/.test(file),
  )
  // The remarks of the start are reported by their own names.
  const code = [...files, '../config/remarks.ts']
    .map(file => readFileSync(`${import.meta.dirname}/${file}`, 'utf8'))
    .join('\n')
  for (const id of ids) assert.ok(code.includes(`'${id}'`), `${id} is never reported`)
})

test('what comes from the outside cannot write to a terminal', () => {
  const { what } = finding('deployment-redirects', `to \u001b[2J\u0007\r\n\u202e${'x'.repeat(2000)}`)
  assert.doesNotMatch(what, /\p{Cc}|\p{Cf}/u)
  assert.ok(what.length <= 600)
})

test('the exit code is the worst that was found', () => {
  const [bad, odd, fine] = [finding('key-missing', ''), finding('ttl-short', ''), finding('key-valid', '')]
  assert.deepEqual([[bad, odd, fine], [odd, fine], [fine], []].map(exitCode), [1, 2, 0, 0])
})

test('colour is used only when asked for', () => {
  const found = [finding('key-missing', 'It is missing.')]
  assert.ok(asText(found, true).includes('\u001b[31m'))
  assert.ok(!asText(found, false).includes('\u001b'))
})

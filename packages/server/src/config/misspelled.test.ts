import assert from 'node:assert/strict'
import { test } from 'node:test'
import { misspelled } from './misspelled.ts'
import { ALL_SETTINGS } from './settings.ts'

const of = (...names: string[]) => misspelled(Object.fromEntries(names.map(name => [name, 'x'])))

test('a letter missing, too many or wrong, and two that changed places, are told with the setting that is meant', () => {
  assert.deepEqual(of('ALLOWED_ORIGIN', 'CORS_ORIGINSS', 'REDIS_URI', 'RATE_LIMIT_PER_MINTUE', 'ADMIN-TOKEN'), [
    ['ALLOWED_ORIGIN', 'ALLOWED_ORIGINS'],
    ['CORS_ORIGINSS', 'CORS_ORIGINS'],
    ['REDIS_URI', 'REDIS_URL'],
    ['RATE_LIMIT_PER_MINTUE', 'RATE_LIMIT_PER_MINUTE'],
    ['ADMIN-TOKEN', 'ADMIN_TOKEN'],
  ])
})

test('what is a setting, or far from any, or empty, is passed over', () => {
  assert.deepEqual(
    of(...ALL_SETTINGS.map(([name]) => name), 'OPENAI_API_KEY_FILE', 'POST', 'PORTS', 'PATH', 'NODE_ENV'),
    [],
  )
  assert.deepEqual(of('RATE_LIMIT', 'HOSTNAME', 'REDIS_HOST', 'ORIGINS'), [])
  assert.deepEqual(misspelled({ ALLOWED_ORIGIN: '' }), [])
})

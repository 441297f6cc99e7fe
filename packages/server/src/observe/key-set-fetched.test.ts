import assert from 'node:assert/strict'
import { it } from 'node:test'
import { keySetFetched } from './key-set-fetched.ts'

it('a key set that cannot be fetched is said once a minute, and its end once', () => {
  let now = 0
  const said: string[] = []
  const say = (line: string) => said.push(line.replace(/:.*/, ''))
  const fetched = keySetFetched({ info: say, warn: say } as never, { inc() {} } as never, { mono: () => now })
  const failure = new Error('the key server answers 500')
  const fails = 'The key set (AUTH_JWKS_URL) cannot be fetched'
  const recovers = 'The key set (AUTH_JWKS_URL) is fetched again.'

  fetched()
  assert.deepEqual(said, [], 'what always went well is nothing to tell')
  for (now = 1000; now <= 60_000; now += 1000) fetched(failure)
  assert.deepEqual(said, [fails])
  now = 61_000
  fetched(failure)
  assert.deepEqual(said, [fails, fails])
  fetched()
  fetched()
  assert.deepEqual(said, [fails, fails, recovers])
  fetched(failure)
  assert.deepEqual(said, [fails, fails, recovers, fails], 'another failure is told at once')
})

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { format, inspect } from 'node:util'
import { createLogger } from './observe/log.ts'
import { deriveSecret, Secret } from './secret.ts'

const VALUE = 'sk-hunter2'
const secret = new Secret(VALUE)

it('a secret reveals its value when asked to', () => {
  assert.equal(secret.reveal(), VALUE)
})

it('a secret cannot be printed by accident', () => {
  const holder = { secret, list: [secret], map: new Map([['key', secret]]) }
  const printed = [
    `${secret}`,
    String(secret),
    `${secret}x`,
    JSON.stringify(holder),
    inspect(holder, { depth: 9, showHidden: true }),
    format('%s %o %O %j', secret, secret, secret, secret),
    JSON.stringify(Object.entries(secret)),
    JSON.stringify({ ...secret }),
    new Error(`bad ${secret}`).message,
  ]
  for (const text of printed) assert.ok(!text.includes('hunter2'), text)
  assert.equal(printed[0], '[secret]')
})

it('a secret does not show in a log line', () => {
  let logged = ''
  const sink = {
    write(line: string) {
      logged += line
      return true
    },
  }
  createLogger('info', sink).info({ secret, nested: { secret } }, `with ${secret}`)
  assert.match(logged, /\[secret\]/)
  assert.doesNotMatch(logged, /hunter2/)
})

it('a secret derived for one purpose is not that for another, and does not hold what it comes from', () => {
  const [one, another] = ['one', 'another'].map(purpose => deriveSecret(secret, purpose).reveal())
  assert.notEqual(one, another)
  assert.equal(deriveSecret(secret, 'one').reveal(), one)
  assert.ok(!one?.includes(VALUE))
})

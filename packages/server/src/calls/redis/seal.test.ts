import assert from 'node:assert/strict'
import { it } from 'node:test'
import { Secret } from '../../secret.ts'
import { sealWith } from './seal.ts'

const keyed = (letter: string) => sealWith(new Secret(Buffer.alloc(32, letter).toString('base64url')))
const TEXT = 'You are Parker. ¡Golazo! 🏀'

it('hides a text, and gives it back under the same key', () => {
  const sealed = keyed('a').close(TEXT)
  assert.ok(!Buffer.from(sealed, 'base64url').includes('Parker'))
  assert.equal(keyed('a').open(sealed), TEXT)
  assert.notEqual(keyed('a').close(TEXT), sealed, 'no two look alike')
})

it('names a text alike under the same key alone', () => {
  assert.equal(keyed('a').nameOf(TEXT), keyed('a').nameOf(TEXT))
  assert.notEqual(keyed('a').nameOf(TEXT), keyed('b').nameOf(TEXT))
  assert.notEqual(keyed('a').nameOf(TEXT), keyed('a').nameOf(`${TEXT}!`))
})

it('gives nothing back under another key, or where a bit was changed', () => {
  const sealed = keyed('a').close(TEXT)
  assert.equal(keyed('b').open(sealed), undefined)
  const bytes = Buffer.from(sealed, 'base64url')
  for (const at of [0, 15, 40]) {
    const changed = Buffer.from(bytes)
    changed[at] = (changed[at] ?? 0) ^ 1
    assert.equal(keyed('a').open(changed.toString('base64url')), undefined)
  }
  for (const nonsense of ['', 'x', 'ü'.repeat(50)]) assert.equal(keyed('a').open(nonsense), undefined)
})

it('takes no seal that was cut short: a few bytes of a tag can be guessed', () => {
  const bytes = Buffer.from(keyed('a').close(''), 'base64url')
  assert.equal(keyed('a').open(bytes.toString('base64url')), '')
  for (const end of [16, 20, 24, 27])
    assert.equal(keyed('a').open(bytes.subarray(0, end).toString('base64url')), undefined)
})

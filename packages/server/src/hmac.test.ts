import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { it } from 'node:test'
import fc from 'fast-check'
import { hmacSha256 } from './hmac.ts'

it('an HMAC is the same as OpenSSL makes it, whatever the key and the text', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 300 })
  fc.assert(
    fc.property(text, text, (key, message) => {
      assert.equal(hmacSha256(key)(message).toString('hex'), createHmac('sha256', key).update(message).digest('hex'))
    }),
  )
})

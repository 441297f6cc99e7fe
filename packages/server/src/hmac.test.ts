import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { it } from 'node:test'
import fc from 'fast-check'
import { hmacSha256 } from './hmac.ts'

it('an HMAC is the same as OpenSSL makes it, whatever the key and the text', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 300 })
  fc.assert(
    fc.property(text, text, fc.constantFrom('hex' as const, 'base64url' as const), (key, message, encoding) => {
      assert.equal(hmacSha256(key)(message, encoding), createHmac('sha256', key).update(message).digest(encoding))
    }),
  )
})

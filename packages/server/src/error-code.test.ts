import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorCode } from './error-code.ts'

test('an error code of our own libraries passes, anything else does not', () => {
  assert.equal(errorCode({ code: 'ECONNRESET' }), 'ECONNRESET')
  for (const odd of [undefined, null, {}, { code: 5 }, { code: 'two words' }]) assert.equal(errorCode(odd), 'unknown')
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ERRORS, type ErrorType, errorBody, retryAfterSeconds, ServiceError } from './errors.ts'

const ROWS = Object.entries(ERRORS) as [ErrorType, (typeof ERRORS)[ErrorType]][]

test('every row is an error status, a whole sentence and a condition', () => {
  for (const [type, { status, message, when }] of ROWS) {
    assert.match(type, /^[a-z]+(_[a-z]+)*$/)
    assert.ok(status >= 400 && status <= 599)
    assert.ok(message.length > 0 && when.length > 0)
  }
})

test('the two messages that the first design promised are kept to the letter', () => {
  assert.equal(ERRORS.origin_not_allowed.message, 'Origin not allowed')
  assert.equal(ERRORS.referer_not_allowed.message, 'Referer not allowed')
})

test('the body is the promised shape, with the optional fields only where they are given', () => {
  const bare = JSON.parse(errorBody(new ServiceError('not_found'), 'id-1'))
  const { message } = ERRORS.not_found
  assert.deepEqual(bare, { error: { code: 404, type: 'not_found', message, request_id: 'id-1' }, detail: message })
  const full = JSON.parse(
    errorBody(new ServiceError('rate_limited', { retryAfter: 60, details: { limit: 10 } }), 'id-2'),
  )
  assert.deepEqual([full.error.retry_after, full.error.details], [60, { limit: 10 }])
})

test('a message of its own replaces that of the row, in both places', () => {
  const { error, detail } = JSON.parse(errorBody(new ServiceError('not_found', { message: 'Gone fishing.' }), 'id'))
  assert.deepEqual([error.message, detail], ['Gone fishing.', 'Gone fishing.'])
})

test('a cause and headers stay out of the body', () => {
  const thrown = new ServiceError('internal', { cause: new Error('secret-cause'), headers: { 'X-A': 'secret-header' } })
  assert.doesNotMatch(errorBody(thrown, 'id'), /secret/)
})

test('Retry-After is whole seconds, rounded up, at least one', () => {
  assert.deepEqual([-5, 0, 1, 999, 1000, 1001, 60_000].map(retryAfterSeconds), [1, 1, 1, 1, 1, 2, 60])
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e12, noNaN: true }), ms => {
      const seconds = retryAfterSeconds(ms)
      assert.ok(Number.isInteger(seconds) && seconds >= 1 && seconds * 1000 >= ms)
    }),
  )
})

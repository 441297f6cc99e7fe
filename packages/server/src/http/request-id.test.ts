import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { requestId } from './request-id.ts'

const idFor = (value: string | string[] | undefined) => requestId({ headers: { 'x-request-id': value } })

test("a caller's own id is kept if it is 1 to 128 plain characters", () => {
  for (const id of ['a', '0', 'A-z_0.9', '...', 'x'.repeat(128)]) assert.equal(idFor(id), id)
})

test('anything else is replaced, each time by another', () => {
  for (const id of [undefined, '', ' ', 'a b', 'a,b', 'a/b', 'é', 'a\n', 'x'.repeat(129), ['a', 'b']]) {
    assert.notEqual(idFor(id), id)
    assert.notEqual(idFor(id), idFor(id))
  }
})

test('a credential is no id: it would be logged, and sent on', () => {
  for (const id of ['sk-proj-0123456789', 'ek_0123456789', 'eyJhbGciOiJub25l.e30.c2ln']) assert.notEqual(idFor(id), id)
})

test('whatever comes, the id is well-formed', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), value => assert.match(idFor(value), /^[A-Za-z0-9._-]{1,128}$/)))
})

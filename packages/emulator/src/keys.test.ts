import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maskAuthorization, refuseKey } from './keys.ts'

const rows: readonly [
  authorization: string | undefined,
  accepted: string | undefined,
  code: string | null | undefined,
][] = [
  ['Bearer sk-any', undefined, undefined],
  ['bearer sk-any', undefined, undefined],
  ['Bearer sk-mine', 'sk-mine', undefined],
  ['Bearer sk-other', 'sk-mine', 'invalid_api_key'],
  ['Bearer ek_123', undefined, 'invalid_api_key'],
  ['Basic c2st', undefined, null],
  [undefined, undefined, null],
]

for (const [authorization, accepted, code] of rows) {
  test(`${authorization} where ${accepted ?? 'sk-…'} is accepted gives ${code}`, () => {
    const refused = refuseKey(authorization === undefined ? {} : { authorization }, accepted)
    assert.equal(refused?.body.error.code, code)
    assert.equal(refused?.status, refused && 401)
  })
}

test('a refused key is shown by its ends only, a short one not at all', () => {
  const shown = (key: string) => refuseKey({ authorization: `Bearer ${key}` }, 'sk-x')?.body.error.message ?? ''
  assert.match(shown('sk-proj-0123456789abcdefghij'), /^Incorrect API key provided: sk-proj-\*{16}ghij\./)
  assert.match(shown('sk-short'), /^Incorrect API key provided: \*{8}\./)
})

test('of an authorization header only the kind is kept', () => {
  assert.equal(maskAuthorization('Bearer sk-proj-secret'), 'Bearer sk-proj-…')
  assert.equal(maskAuthorization('Bearer ek_secret'), 'Bearer ek_…')
  assert.equal(maskAuthorization('Basic secret'), 'Basic …')
  assert.equal(maskAuthorization('secret'), '…')
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { routableUrl } from './routable-url.ts'

test('an address that can be decoded is routed as it is, whatever its query', () => {
  for (const url of ['/', '/a%20b', '/a?x=%zz', '/%E2%82%AC', '*']) assert.equal(routableUrl({ url }), url)
})

test('one that cannot goes to an address that nobody has', () => {
  for (const url of ['/%', '/%zz', '/%c3%28', '/a%?b']) assert.notEqual(routableUrl({ url }), url)
})

test('whatever comes, the path that is routed can be decoded', () => {
  fc.assert(
    fc.property(fc.string(), url => assert.doesNotThrow(() => decodeURI(routableUrl({ url }).split('?')[0] ?? ''))),
  )
})

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

test('of one with a host the path and the query are routed, whatever the host', () => {
  for (const host of ['http://parker.test', 'HTTPS://parker.test:8000', 'http://127..0.1', 'http://me@[::1'])
    for (const [url, routed] of [
      ['', '/'],
      ['?x=1', '/?x=1'],
      ['/a%20b?x=//', '/a%20b?x=//'],
    ])
      assert.equal(routableUrl({ url: `${host}${url}` }), routed)
  for (const url of ['http://', 'http:///a', 'https://?x', 'http://parker.test/a#b', 'http://parker.test#/a'])
    assert.equal(routableUrl({ url }), routableUrl({ url: '/%' }))
})

test('whatever comes, the path that is routed can be decoded', () => {
  fc.assert(
    fc.property(fc.string(), url => assert.doesNotThrow(() => decodeURI(routableUrl({ url }).split('?')[0] ?? ''))),
  )
})

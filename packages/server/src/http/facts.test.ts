import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loggedOrigin, pathOf, singleHeader } from './facts.ts'

test('a path is what stands before the query', () => {
  const paths = ['/', '/a', '/a?b', '/a?b?c', '/?', '?', ''].map(pathOf)
  assert.deepEqual(paths, ['/', '/a', '/a', '/a', '/', '', ''])
})

test('of a header sent twice the first counts', () => {
  assert.deepEqual([singleHeader('a'), singleHeader(['a', 'b']), singleHeader(undefined)], ['a', 'a', undefined])
})

test('of an Origin the log has what a browser could have sent, and of anything else that it was malformed', () => {
  const good = ['https://www.espn.com', 'http://localhost:8000', 'chrome-extension://abc123', 'null', undefined]
  assert.deepEqual(good.map(loggedOrigin), good)
  const odd = [
    '',
    'https://www.espn.cowarded: for=203.0.113.252;proto=https',
    'https://a/path',
    `https://${'a'.repeat(300)}`,
  ]
  assert.deepEqual(
    odd.map(loggedOrigin),
    odd.map(() => 'malformed'),
  )
})

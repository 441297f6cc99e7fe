import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pathOf, singleHeader } from './facts.ts'

test('a path is what stands before the query', () => {
  const paths = ['/', '/a', '/a?b', '/a?b?c', '/?', '?', ''].map(pathOf)
  assert.deepEqual(paths, ['/', '/a', '/a', '/a', '/', '', ''])
})

test('of a header sent twice the first counts', () => {
  assert.deepEqual([singleHeader('a'), singleHeader(['a', 'b']), singleHeader(undefined)], ['a', 'a', undefined])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { originList } from './origins.ts'

const FIREFOX = 'moz-extension://0a1b2c3d-0000-4000-8000-0123456789ab'

test('origins are compared as strings, exactly', () => {
  const allowed = originList(['https://www.espn.com', 'chrome-extension://abc123'])
  for (const origin of ['https://www.espn.com', 'chrome-extension://abc123']) assert.ok(allowed(origin))
  const others = [
    'https://www.espn.com/',
    'https://WWW.espn.com',
    'https://www.espn.com:443',
    'http://www.espn.com',
    'null',
    '',
  ]
  for (const origin of [
    ...others,
    'https://www.espn.com.evil.test',
    'https://a.www.espn.com',
    'chrome-extension://abc1234',
  ])
    assert.ok(!allowed(origin), origin)
})

test('the one pattern lets in any Firefox extension and nothing else', () => {
  const allowed = originList(['moz-extension://*'])
  assert.ok(allowed(FIREFOX))
  for (const origin of [
    'moz-extension://*',
    'moz-extension://',
    'moz-extension://x',
    `${FIREFOX}/`,
    `x${FIREFOX}`,
    FIREFOX.toUpperCase(),
  ])
    assert.ok(!allowed(origin), origin)
  assert.ok(!originList(['https://www.espn.com'])(FIREFOX))
})

test('no text is allowed that is not on the list', () => {
  const allowed = originList(['https://www.espn.com'])
  fc.assert(fc.property(fc.oneof(fc.string(), fc.webUrl()), text => assert.ok(!allowed(text))))
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { jitteredWait, requestedWait } from './backoff.ts'

const NOW = Date.UTC(2026, 10, 23, 12, 0, 0)

test('the wait doubles from 250 ms up to 2 s at most, and any part of it may be waited', () => {
  const longest = [0, 1, 2, 3, 4, 10, 1000].map(n => jitteredWait(n, () => 1))
  assert.deepEqual(longest, [250, 500, 1000, 2000, 2000, 2000, 2000])
  assert.equal(
    jitteredWait(5, () => 0),
    0,
  )
  assert.equal(
    jitteredWait(0, () => 0.5),
    125,
  )
})

test('OpenAI may ask for a wait in milliseconds, in seconds or by a date, in this order', () => {
  assert.equal(requestedWait({ 'retry-after-ms': '1500' }, NOW), 1500)
  assert.equal(requestedWait({ 'retry-after-ms': '0' }, NOW), 0)
  assert.equal(requestedWait({ 'retry-after': '2' }, NOW), 2000)
  assert.equal(requestedWait({ 'retry-after': '0.5' }, NOW), 500)
  assert.equal(requestedWait({ 'retry-after': '9'.repeat(20) }, NOW), 1e23)
  assert.equal(requestedWait({ 'retry-after': 'Mon, 23 Nov 2026 12:00:07 GMT' }, NOW), 7000)
  assert.equal(requestedWait({ 'retry-after-ms': '10', 'retry-after': '60' }, NOW), 10)
  assert.equal(requestedWait({ 'retry-after-ms': 'soon', 'retry-after': '3' }, NOW), 3000)
})

test('what makes no sense asks for nothing', () => {
  const senseless = [
    '',
    ' ',
    'soon',
    '-1',
    '1e9',
    'Infinity',
    'NaN',
    '0x10',
    '1 2',
    '9'.repeat(400),
    'x'.repeat(100_000),
  ]
  for (const value of [...senseless, 'Mon, 23 Nov 2026 11:59:59 GMT']) {
    assert.equal(requestedWait({ 'retry-after': value }, NOW), undefined, value.slice(0, 40))
    assert.equal(requestedWait({ 'retry-after-ms': value }, NOW), undefined, value.slice(0, 40))
  }
  assert.equal(requestedWait({ 'retry-after': ['1', '2'] }, NOW), undefined)
  assert.equal(requestedWait({}, NOW), undefined)
})

test('no header whatever asks for a wait that is negative or no number', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (ms, seconds) => {
      const wait = requestedWait({ 'retry-after-ms': ms, 'retry-after': seconds }, NOW)
      assert.ok(wait === undefined || (Number.isFinite(wait) && wait >= 0))
    }),
  )
})

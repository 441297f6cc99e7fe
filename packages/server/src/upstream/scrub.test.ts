import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { plainId, plainName, scrub } from './scrub.ts'

const KEY = 'a-key-of-no-known-shape-0123456789'

test('ordinary words of OpenAI pass as they are', () => {
  const words = "Unknown parameter: 'session.temperature'. See the docs."
  assert.equal(scrub(words, [KEY]), words)
})

test('a confidential text is cut out wherever it stands, whole or in part', () => {
  for (const text of [
    KEY,
    `key=${KEY}!`,
    `${KEY}${KEY}`,
    KEY.slice(3),
    KEY.slice(0, -3),
    `no ${KEY.slice(5, 20)} here`,
  ])
    assert.doesNotMatch(scrub(text, [KEY]), /of-no-known|shape/)
})

test('what looks like a credential is cut out though nobody named it', () => {
  const looking = [
    'sk-proj-abcdef123456',
    'ek_68af296e8e408191',
    'rk_abcdefgh.ijkl',
    'sess_0123456789',
    'Bearer abc.def.ghi',
  ]
  for (const one of [...looking, 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.abc', `bearer ${looking[0]}`]) {
    const clean = scrub(`Incorrect key: ${one} given`, [])
    assert.ok(!clean.includes(one.slice(-6)), clean)
    assert.match(clean, /^Incorrect key: \[…\]/)
  }
})

test('the result is one short line', () => {
  const clean = scrub('a\r\nb\u2028c\u0000d\u001b[31m'.repeat(200), [])
  assert.ok(clean.length <= 300)
  assert.doesNotMatch(clean, /[\p{Cc}\p{Zl}\p{Zp}]/u)
})

test('no passage of eight characters or more survives, however it is wrapped', () => {
  const text = fc
    .string({ unit: 'grapheme-ascii', minLength: 8, maxLength: 60 })
    .filter(one => !/\s{2}|\[…\]/.test(one))
  fc.assert(
    fc.property(text, fc.string(), fc.string(), (secret, before, after) => {
      assert.ok(!scrub(`${before}${secret}${after}`, [secret]).includes(secret))
    }),
  )
})

test('a name of OpenAI’s passes only if it looks like one and is not in the request', () => {
  for (const good of ['invalid_value', 'session.tools[0].name', 'model'])
    assert.equal(plainName(good, '{"model":1}'), good)
  for (const bad of [
    '',
    'two words',
    'Wombat',
    'a\nb',
    '<b>',
    'é',
    'x'.repeat(65),
    'wombat',
    'ek_0123456789',
    5,
    null,
    undefined,
    {},
  ])
    assert.equal(plainName(bad, 'tell of a wombat'), '')
})

test('an id passes only if it is short and plain and holds nothing confidential', () => {
  for (const good of ['req_0123', 'sess_1', '9f8a-77', 'x'.repeat(128)])
    assert.equal(plainId(good, [KEY, 'tell of 1']), good)
  for (const bad of ['', 'a b', 'a\nb', 'x'.repeat(129), KEY, `sess_${KEY}`, 'sess_wombat', 'sk-other', 5, null, ['a']])
    assert.equal(plainId(bad, [KEY, 'tell of a wombat']), '')
})

import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import fc from 'fast-check'
import {
  BadValue,
  baseUrl,
  boolean,
  decimal,
  documentUrl,
  integer,
  list,
  macKey,
  oneOf,
  type Parse,
  redisUrl,
  text,
  token,
} from './parse.ts'

const refuses = (parse: (value: string) => unknown, values: string[]) => {
  for (const value of values) assert.throws(() => parse(value), BadValue, `${JSON.stringify(value)} was taken`)
}

describe('whole numbers', () => {
  it('are taken in their range, ends included', () => {
    assert.deepEqual(['0', '8000', '65535'].map(integer(0, 65_535)), [0, 8000, 65_535])
  })

  it('are refused when they are anything else', () => {
    refuses(integer(0, 65_535), ['abc', '-1', '65536', '1.5', '1e3', '0x10', '80 00', '8_000', '+1', 'NaN'])
    refuses(integer(0, 65_535), ['Infinity', '9'.repeat(400)])
  })

  it('come back as they were written, and nothing else comes back at all', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.integer().map(String)), written => {
        const inRange = /^\d{1,15}$/.test(written) && Number(written) >= 5 && Number(written) <= 500
        if (inRange) assert.equal(integer(5, 500)(written), Number(written))
        else refuses(integer(5, 500), [written])
      }),
    )
  })
})

describe('decimal numbers', () => {
  it('are taken in their range, ends included', () => {
    assert.deepEqual(['0.25', '.5', '1', '1.5'].map(decimal(0.25, 1.5)), [0.25, 0.5, 1, 1.5])
  })

  it('are refused when they are anything else', () => {
    refuses(decimal(0, 2), ['2.1', '-0.1', '.', '1.', '0,8', '1e0', 'NaN', 'Infinity', '0.8f', '0 .8'])
  })
})

describe('booleans', () => {
  it('are taken in the usual spellings, in any case', () => {
    assert.deepEqual(['true', 'YES', 'On', '1'].map(boolean), [true, true, true, true])
    assert.deepEqual(['false', 'No', 'OFF', '0'].map(boolean), [false, false, false, false])
  })

  it('are refused in any other, names that every object has included', () => {
    refuses(boolean, ['2', 'wahr', 'y', 't', 'null', 'constructor', '__proto__'])
  })
})

describe('names', () => {
  it('are taken from their list only', () => {
    assert.equal(oneOf('ga', 'beta')('beta'), 'beta')
    refuses(oneOf('ga', 'beta'), ['GA', 'ga ', 'gamma', 'constructor'])
  })
})

describe('texts and tokens', () => {
  it('keep to their length', () => {
    assert.equal(text(3)('abc'), 'abc')
    refuses(text(3), ['abcd', ''])
    assert.equal(token(3, 4)('abc'), 'abc')
    refuses(token(3, 4), ['ab', 'abcde'])
  })

  it('are refused as tokens when a header could not carry them', () => {
    refuses(token(), ['a b', 'a\nb', 'a\r\nX-Evil: 1', 'clé', 'a\u0000', '“sk-1”', 'a\tb'])
  })

  it('are counted in bytes as keys, whatever their characters', () => {
    for (const key of ['é'.repeat(16), 'words with spaces, 32 bytes long', 'x'.repeat(32)])
      assert.equal(macKey(32)(key), key)
    refuses(macKey(32), ['x'.repeat(31), 'é'.repeat(15), 'x'.repeat(4097)])
  })

  it('are never quoted in the complaint', () => {
    for (const value of ['a secret', 'hunter2', 'x'.repeat(50)]) {
      assert.throws(
        () => token(20, 40)(value),
        (error: Error) => !error.message.includes(value),
      )
    }
  })
})

describe('lists', () => {
  const names = list(token())

  it('are the same as a JSON array and with commas', () => {
    assert.deepEqual(names('["a","b"]'), ['a', 'b'])
    assert.deepEqual(names('["a", "b"]'), ['a', 'b'])
    assert.deepEqual(names('a,b'), ['a', 'b'])
    assert.deepEqual(names('a , b'), ['a', 'b'])
    assert.deepEqual(names('a'), ['a'])
  })

  it('are refused where something else than commas separates entries, and the refusal says so', () => {
    const anything = list(text(100))
    const several = ['https://a.com\nhttps://b.com', 'https://a.com;https://b.com', 'https://a.comhttps://b.com', 'a;']
    for (const value of [...several, 'a b', '["a b"]'])
      assert.throws(() => anything(value), { message: /^has ".*": separate entries by commas$/ }, value)
  })

  it('are refused without a key that was pasted into them in the complaint', () => {
    for (const value of ['sk-proj-hunter2hunter2 https://a.com', 'https://a.com;sk-proj-hunter2hunter2'])
      assert.throws(
        () => names(value),
        (error: Error) => error.message.includes('https://a.com') && !error.message.includes('hunter2'),
      )
  })

  it('have each entry once', () => {
    assert.deepEqual(names('a,b,a'), ['a', 'b'])
  })

  it('are refused with empty entries, with things that are no strings, and as broken JSON', () => {
    refuses(names, ['a,,b', 'a,', '[""]', '[1]', '["a",null]', '["a"', "['a']", '[["a"]]', '["a"],b'])
  })

  it('are refused when they are shorter than they must be', () => {
    assert.deepEqual(names('[]'), [])
    refuses(list(token(), { min: 1 }), ['[]'])
  })

  it('are refused for every bad entry, and each is told once', () => {
    const positive: Parse<number> = value => {
      if (Number(value) > 0) return Number(value)
      throw new BadValue(`has ${value}`)
    }
    assert.throws(() => list(positive)('1,-2,x,-2,3'), new BadValue('has -2; it has x'))
  })

  it('are refused as a whole for one bad entry', () => {
    refuses(names, ['a,b c', '["a","b c"]'])
  })
})

describe('addresses', () => {
  const anywhere = ['https://api.openai.com/v1', 'https://gateway.example:8443/a/b', 'https://10.0.0.1']
  const loopback = ['http://localhost:3000/v1', 'http://127.0.0.1:1/v1', 'http://127.9.9.9', 'http://[::1]:8080/v1']
  const inside = [
    'http://10.1.2.3/v1',
    'http://192.168.0.9',
    'http://172.16.0.1',
    'http://[fd00::1]',
    'http://gateway/v1',
  ]
  const outside = [
    'http://api.openai.com/v1',
    'http://8.8.8.8',
    'http://[2606:4700::1]',
    'http://127.0.0.1.evil.example',
  ]

  it('may be https anywhere, and plain http inside a private network', () => {
    for (const one of [...anywhere, ...loopback, ...inside, 'http://openai.internal/v1'])
      assert.equal(baseUrl(one), one)
    refuses(baseUrl, outside)
  })

  it('of a document may be plain http on the own machine only, and are left as they are written', () => {
    for (const one of ['https://login.example/keys/', 'https://login.example/keys?p=b2c_1'])
      assert.equal(documentUrl(one), one)
    for (const one of [...anywhere, ...loopback]) assert.equal(documentUrl(one), one)
    refuses(documentUrl, [...inside, ...outside, 'http://localhost.evil.example', 'http://127.evil.example'])
  })

  it('are refused with white space in them, which would get into every address that is built from them', () => {
    refuses(baseUrl, [
      'https://api.openai.com/v1 ',
      'https://api.openai.com/v1\n',
      ' https://api.openai.com',
      'https://api.openai.com/v\t1',
    ])
  })

  it('lose their trailing slash', () => {
    assert.equal(baseUrl('https://api.openai.com/v1/'), 'https://api.openai.com/v1')
  })

  it('are refused with credentials, a query, a fragment or another scheme', () => {
    refuses(baseUrl, ['https://me:pw@api.openai.com/v1', 'https://me@api.openai.com', 'https://a.example?x=1'])
    refuses(baseUrl, ['https://a.example/#x', 'ftp://a.example', 'file:///etc/passwd', 'api.openai.com/v1'])
    refuses(baseUrl, ['wss://a.example', 'https://', 'javascript:alert(1)', 'https:/ /x'])
  })

  it('never have their password quoted in the complaint', () => {
    assert.throws(
      () => baseUrl('https://me:hunter2@api.openai.com/v1'),
      (error: Error) => !error.message.includes('hunter2'),
    )
  })
})

describe('the address of a Redis', () => {
  it('may hold a password and a database, and may ask for TLS', () => {
    for (const one of ['redis://127.0.0.1:6379', 'rediss://user:pw@cache.example:6380/1', 'redis://redis'])
      assert.equal(redisUrl(one), one)
  })

  it('is refused with another scheme or without a host, without its password in the complaint', () => {
    refuses(redisUrl, ['localhost:6379', '127.0.0.1', 'http://cache.example', 'redis://', 'redis:///1', ''])
    assert.throws(
      () => redisUrl('http://:hunter2@cache.example'),
      (error: Error) => !error.message.includes('hunter2'),
    )
  })

  it('is refused where the library would throw on it: with a path that is no number, or a bare percent sign', () => {
    for (const url of ['redis://cache.example/abc', 'redis://cache.example/0/1', 'redis://cache.example/-1'])
      assert.throws(() => redisUrl(url), /no database number, as \/0 would be/)
    for (const url of ['redis://:100%hunter2@cache.example', 'redis://100%:hunter2@cache.example'])
      assert.throws(
        () => redisUrl(url),
        (error: Error) => /write % as %25/.test(error.message) && !error.message.includes('hunter2'),
      )
    for (const url of ['redis://cache.example/', 'redis://cache.example/3', 'redis://me:100%25@cache.example'])
      assert.equal(redisUrl(url), url)
  })
})

test('a value for a header that stands in quotes is told to leave them out', () => {
  for (const value of ['"sk-1234567890"', "'sk-1234567890'"]) assert.throws(() => token()(value), /leave them out/)
  assert.equal(token()('sk-"12"'), 'sk-"12"')
})

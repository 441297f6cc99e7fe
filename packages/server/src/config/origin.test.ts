import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { looksLikeNoChromeExtension, origin } from './origin.ts'
import { BadValue } from './parse.ts'

const CHROME_ID = 'abcdefghijklmnopabcdefghijklmnop'

describe('an entry of ALLOWED_ORIGINS', () => {
  it('is any origin as a browser sends it', () => {
    const origins = [
      'https://www.espn.com',
      'https://www.espn.com:8443',
      'http://localhost:3000',
      'http://[::1]:3000',
      'https://xn--mnchen-3ya.example',
      `chrome-extension://${CHROME_ID}`,
      'moz-extension://2c127fa4-62c7-7e4f-90e5-472b45eecfdc',
      'safari-web-extension://2C127FA4-62C7-7E4F-90E5-472B45EECFDC',
    ]
    assert.deepEqual(origins.map(origin), origins)
  })

  it('may be the one pattern, for the random origins of Firefox', () => {
    assert.equal(origin('moz-extension://*'), 'moz-extension://*')
  })

  it('may be no other pattern, and the refusal explains why', () => {
    for (const pattern of ['*', 'https://*.espn.com', 'https://*', 'chrome-extension://*', 'moz-extension://*/', '**'])
      assert.throws(() => origin(pattern), {
        message: /wildcard would let any site use your key.*moz-extension:\/\/\*/,
      })
  })

  it('may not be null, and the refusal explains why', () => {
    assert.throws(() => origin('null'), { message: /null, which any sandboxed page can send/ })
  })

  it('is refused where no browser could send it, and the refusal shows what browsers send', () => {
    const sent = (value: string) => ({ message: new RegExp(`browsers send it as ${RegExp.escape(value)}$`) })
    assert.throws(() => origin('https://www.espn.com/'), sent('https://www.espn.com'))
    assert.throws(() => origin('https://www.espn.com/nba'), sent('https://www.espn.com'))
    assert.throws(() => origin('https://WWW.ESPN.com'), sent('https://www.espn.com'))
    assert.throws(() => origin('HTTPS://www.espn.com'), sent('https://www.espn.com'))
    assert.throws(() => origin('https://www.espn.com:443'), sent('https://www.espn.com'))
    assert.throws(() => origin('https://me@www.espn.com'), sent('https://www.espn.com'))
    assert.throws(() => origin('https://www.espn.com?x'), sent('https://www.espn.com'))
  })

  it('is refused when it is no origin at all', () => {
    for (const value of [
      'www.espn.com',
      'espn',
      'file:///x',
      'data:text/html,x',
      `chrome-extension://${CHROME_ID}/`,
      '//x',
    ])
      assert.throws(() => origin(value), BadValue, value)
  })
})

describe('an id of a Chrome extension', () => {
  it('is 32 letters from a to p', () => {
    assert.equal(looksLikeNoChromeExtension(`chrome-extension://${CHROME_ID}`), false)
    assert.equal(looksLikeNoChromeExtension('https://www.espn.com'), false)
    for (const id of ['abc123', CHROME_ID.slice(1), `${CHROME_ID}a`, CHROME_ID.toUpperCase(), `q${CHROME_ID.slice(1)}`])
      assert.equal(looksLikeNoChromeExtension(`chrome-extension://${id}`), true, id)
  })
})

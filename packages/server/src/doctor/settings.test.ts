import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readSettings } from './settings.ts'

const NOW = Date.parse('2026-11-23')
const GOOD = { OPENAI_API_KEY: 'sk-of-a-test', ADMIN_TOKEN: 'operators-only', REALTIME_MODEL: 'gpt-realtime-2.1' }
const idsOf = (changes: Record<string, string>) =>
  readSettings({ ...GOOD, ...changes }, NOW).findings.map(({ id }) => id)

describe('the doctor reads the settings', () => {
  it('and has a row of its own for each remark of the start', () => {
    assert.deepEqual(idsOf({ REALTIME_MODEL: 'gpt-realtime' }), ['model-retiring'])
    assert.deepEqual(idsOf({ REALTIME_MODEL: 'gpt-4o-realtime-preview' }), ['model-retired'])
    assert.deepEqual(idsOf({ ALLOWED_ORIGIN: 'https://a.example' }), ['setting-misspelled'])
    assert.deepEqual(idsOf({ ALLOWED_ORIGINS: '[]' }), ['no-origins'])
    assert.deepEqual(idsOf({ ALLOWED_ORIGINS: 'chrome-extension://abc' }), ['extension-id'])
    assert.deepEqual(idsOf({ CORS_ORIGINS: 'https://a.example' }), ['cors-lacks-origin', 'cors-not-allowed'])
    assert.deepEqual(idsOf({ ADMIN_TOKEN: '' }), ['metrics-open'])
    assert.deepEqual(idsOf({ RATE_LIMIT_BURST: '11' }), ['burst-above-minute'])
    assert.deepEqual(idsOf({ TOKEN_TTL_SECONDS: '59' }), ['ttl-short', 'setting-remark'])
    assert.deepEqual(idsOf({ DAILY_USD_BUDGET: '50' }), ['spend-limit-idle'])
    assert.deepEqual(idsOf({ RAILWAY_PROJECT_ID: 'one' }), ['setting-note'])
    assert.deepEqual(idsOf({}), ['settings-ok'])
  })

  it('and has a row of its own for what stops the start most often', () => {
    assert.deepEqual(idsOf({ OPENAI_API_KEY: '' }), ['key-missing'])
    assert.deepEqual(idsOf({ OPENAI_API_KEY: '', OPENAI_API_KEY_FILE: '/nowhere/key' }), ['secret-file'])
    assert.deepEqual(idsOf({ ALLOWED_ORIGINS: 'https://*.espn.com' }), ['origin-wildcard'])
    for (const bad of ['https://www.espn.com/', 'www.espn.com', 'https://a.example,https://b.example/'])
      assert.deepEqual(idsOf({ ALLOWED_ORIGINS: bad }), ['origin-malformed'], bad)
    for (const name of ['OPENAI_BASE_URL', 'OPENAI_PUBLIC_BASE_URL'])
      assert.deepEqual(idsOf({ [name]: 'http://api.example.com' }), ['openai-plain-http'], name)
    assert.deepEqual(idsOf({ PUBLIC_URL: 'http://parker.example.com' }), ['setting-wrong'])
    assert.deepEqual(idsOf({ ADMIN_TOKEN: 'short' }), ['admin-token-short'])
    assert.deepEqual(idsOf({ CLIENT_HASH_SECRET: 'short' }), ['setting-wrong'])
    const unpriced = {
      CALL_MODE: 'unified',
      REDIS_URL: 'redis://localhost',
      CLIENT_HASH_SECRET: 'a-secret-of-thirty-two-characters',
      MAX_CALL_USD: '1',
      TRANSCRIPTION_MODEL: 'mine',
    }
    assert.deepEqual(idsOf(unpriced), ['price-missing'])
  })

  it('and goes on with the defaults of those that are wrong', () => {
    const { config, unread } = readSettings({ ...GOOD, PORT: 'x', RATE_LIMIT_BURST: '3' }, NOW)
    assert.deepEqual([config.PORT, config.RATE_LIMIT_BURST, [...unread.keys()]], [8000, 3, ['PORT']])
  })

  it('and keeps what is left out for the sake of another apart from what is wrong', () => {
    const auth = { AUTH_JWKS_URL: 'https://issuer.example/keys', AUTH_AUDIENCE: 'parker', REALTIME_VOICE: 'cedar' }
    assert.deepEqual(Object.fromEntries(readSettings({ ...GOOD, ...auth }, NOW).unread), {
      AUTH_ISSUER: ['AUTH_ISSUER'],
      AUTH_JWKS_URL: ['AUTH_ISSUER'],
      AUTH_AUDIENCE: ['AUTH_ISSUER'],
    })
    const unpriced = { CALL_MODE: 'unified', MAX_CALL_USD: '1', ALLOWED_MODELS: 'gpt-realtime-2.1,gpt-9' }
    const { config, unread } = readSettings({ ...GOOD, ...unpriced }, NOW)
    assert.deepEqual(Object.fromEntries(unread), { MODEL_PRICES: ['MODEL_PRICES'], MAX_CALL_USD: ['MODEL_PRICES'] })
    assert.deepEqual(config.ALLOWED_MODELS, ['gpt-realtime-2.1', 'gpt-9'])
  })

  it('and never sends a key that is not there', () => {
    const { config, unread } = readSettings({}, NOW)
    assert.ok(unread.has('OPENAI_API_KEY'))
    assert.doesNotMatch(config.OPENAI_API_KEY.reveal(), /^sk-/)
  })

  it('and copes with any single setting being nonsense', () => {
    for (const name of [
      'AUTH_JWKS_URL',
      'REALTIME_VOICE',
      'ALLOWED_VOICES',
      'REDIS_URL',
      'TRUST_PROXY',
      'LOG_LEVEL',
      'HOST',
    ])
      assert.equal(readSettings({ ...GOOD, [name]: '\u0000 bad,' }, NOW).unread.has('OPENAI_API_KEY'), false, name)
  })
})

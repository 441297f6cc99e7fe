import assert from 'node:assert/strict'
import { it } from 'node:test'
import { MODEL_NAMES, modelState } from './models.ts'
import { DEAREST_TRANSCRIPTION, PRICES, TOKEN_KINDS, tokenCost } from './prices.ts'

const now = Date.parse('2026-11-27')

it('knows every price of every model that is served today', () => {
  const served = new Set(MODEL_NAMES.map(name => modelState(name, now).served))
  for (const model of served)
    for (const kind of TOKEN_KINDS) assert.ok((PRICES[model]?.perMillion[kind] ?? 0) > 0, `${model} ${kind}`)
})

it('knows no transcription that costs more than one by an unknown model', () => {
  const transcriptions = Object.values(PRICES).filter(({ perMillion }) => perMillion.audio_out === undefined)
  assert.ok(
    transcriptions.some(({ perMinute }) => perMinute) && transcriptions.some(price => price.perMillion.text_out),
  )
  for (const { perMillion, perMinute = 0 } of transcriptions) {
    assert.ok(perMinute <= (DEAREST_TRANSCRIPTION.perMinute ?? 0))
    for (const kind of TOKEN_KINDS) assert.ok((perMillion[kind] ?? 0) <= (DEAREST_TRANSCRIPTION.perMillion[kind] ?? 0))
  }
})

it('says of each price where and when it was read', () => {
  for (const { source, date } of Object.values(PRICES)) assert.ok(source && /^\d{4}-\d{2}-\d{2}$/.test(date))
})

it('charges cached input less than fresh, and each kind by its own price', () => {
  const price = PRICES['gpt-realtime-2.1']
  assert.ok(price)
  const tokens = { text_in: 1_000_000, text_cached: 1_000_000, audio_in: 500_000, audio_out: 250_000 }
  assert.equal(tokenCost(price, tokens), 4 + 0.4 + 16 + 16)
})

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { PRICES } from '../catalogue/prices.ts'
import type { RealtimeEvent } from '../upstream/socket.ts'
import { callMeter } from './meter.ts'

const done = (usage: unknown): RealtimeEvent => ({ type: 'response.done', response: { usage } })
const transcribed = (usage: unknown): RealtimeEvent => ({
  type: 'conversation.item.input_audio_transcription.completed',
  usage,
})
const meter = (model = 'gpt-realtime-2.1', transcription: string | null = 'gpt-realtime-whisper') =>
  callMeter(model, transcription, PRICES)

function near(actual: number | undefined, expected: number): void {
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) < 1e-9, `${actual} is not ${expected}`)
}

it('prices a response by kind, cached input apart', () => {
  const usage = meter().read(
    done({
      total_tokens: 1200,
      input_tokens: 700,
      output_tokens: 500,
      input_token_details: {
        text_tokens: 300,
        audio_tokens: 400,
        image_tokens: 0,
        cached_tokens: 350,
        cached_tokens_details: { text_tokens: 200, audio_tokens: 150 },
      },
      output_token_details: { text_tokens: 100, audio_tokens: 400 },
    }),
  )
  assert.deepEqual(usage?.tokens, {
    text_in: 100,
    text_cached: 200,
    text_out: 100,
    audio_in: 250,
    audio_cached: 150,
    audio_out: 400,
  })
  near(usage?.usd, (100 * 4 + 200 * 0.4 + 100 * 24 + 250 * 32 + 150 * 0.4 + 400 * 64) / 1e6)
})

it('counts images without a price as audio', () => {
  const prices = { own: { perMillion: { audio_in: 32, audio_cached: 0.4 }, source: '', date: '' } }
  const usage = callMeter('own', null, prices).read(
    done({ input_token_details: { image_tokens: 300, cached_tokens_details: { image_tokens: 100 } } }),
  )
  near(usage?.usd, (200 * 32 + 100 * 0.4) / 1e6)
})

it('counts tokens that no detail accounts for as the dearest of their side', () => {
  const usage = meter().read(done({ input_tokens: 100, output_tokens: 50, output_token_details: { text_tokens: 20 } }))
  assert.deepEqual(usage?.tokens, { audio_in: 100, text_out: 20, audio_out: 30 })
})

it('believes no nonsense: it never gives money back, and never breaks', () => {
  for (const usage of [
    null,
    'much',
    { input_tokens: -5, output_tokens: 'x' },
    { input_token_details: { text_tokens: -100, audio_tokens: Number.NaN, cached_tokens_details: { text_tokens: 9 } } },
    { output_token_details: [] },
  ]) {
    const read = meter().read(done(usage))
    assert.deepEqual([read?.tokens, read?.usd, read?.responses], [{}, 0, 1])
  }
  assert.ok((meter().read(done({ output_tokens: 1e300 }))?.usd ?? 0) < 1e6)
  assert.equal(meter().read({ type: 'rate_limits.updated' }), undefined)
})

it('prices transcription by time or by tokens, as the model is billed', () => {
  near(meter().read(transcribed({ type: 'duration', seconds: 30 }))?.usd, 0.0085)
  const byTokens = meter(undefined, 'gpt-4o-mini-transcribe')
  const usage = byTokens.read(
    transcribed({
      type: 'tokens',
      input_tokens: 100,
      output_tokens: 20,
      input_token_details: { text_tokens: 10, audio_tokens: 90 },
    }),
  )
  near(usage?.usd, (100 * 1.25 + 20 * 5) / 1e6)
  assert.deepEqual([usage?.transcribedTokens, usage?.tokens, usage?.responses], [120, {}, 0])
})

it('follows the caller to another transcription model, and counts an unknown one as the dearest', () => {
  const changing = meter(undefined, 'whisper-1')
  const heard = (model: string) =>
    changing.read({ type: 'session.updated', session: { audio: { input: { transcription: { model } } } } })
  const minute = transcribed({ type: 'duration', seconds: 60 })
  near(changing.read(minute)?.usd, 0.006)
  heard('gpt-transcribe')
  near(changing.read(minute)?.usd, 0.0045)
  heard('made-up-by-the-caller')
  near(changing.read(minute)?.usd, 0.017)
  near(changing.read(transcribed({ type: 'tokens', input_tokens: 1e6 }))?.usd, 2.5)
  near(meter(undefined, null).read(minute)?.usd, 0.017)
})

it('counts the tokens of a model without a price, at no cost', () => {
  const usage = meter('constructor').read(done({ output_tokens: 5 }))
  assert.deepEqual([usage?.tokens, usage?.usd], [{ audio_out: 5 }, 0])
})

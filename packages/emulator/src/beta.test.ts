import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emulatorFor, jsonOf } from './test-emulator.ts'

const NOW = 1_784_852_504_000

test('the beta is gone unless asked for', async t => {
  const { mintBeta } = await emulatorFor(t)
  const response = await mintBeta()
  assert.equal(response.status, 404)
  assert.deepEqual(await jsonOf(response), {
    error: {
      message: 'Invalid URL (POST /v1/realtime/sessions)',
      type: 'invalid_request_error',
      param: null,
      code: null,
    },
  })
})

test('the beta answers the session with the secret inside', async t => {
  const { mintBeta } = await emulatorFor(t, { beta: true, now: () => NOW })
  const response = await mintBeta({ model: 'gpt-realtime', voice: 'ash', temperature: 0.7, turn_detection: null })
  const answer = await jsonOf(response)
  assert.equal(response.status, 200)
  assert.equal(answer.object, 'realtime.session')
  assert.equal(answer.voice, 'ash')
  assert.equal(answer.turn_detection, null)
  assert.equal(answer.expires_at, 0)
  assert.match(answer.client_secret.value, /^ek_/)
  assert.equal(answer.client_secret.expires_at, NOW / 1000 + 60)
})

test('as a string the secret stands alone and the expiry beside it', async t => {
  const { mintBeta } = await emulatorFor(t, { beta: 'string', now: () => NOW })
  const asked = { client_secret: { expires_after: { anchor: 'created_at', seconds: 120 } } }
  const answer = await jsonOf(await mintBeta(asked))
  assert.match(answer.client_secret, /^ek_/)
  assert.equal(answer.expires_at, NOW / 1000 + 120)
})

const refused: readonly [body: object, code: string, param: string][] = [
  [{ session: {} }, 'unknown_parameter', 'session'],
  [{ max_output_tokens: 1 }, 'unknown_parameter', 'max_output_tokens'],
  [{ voice: 'nova' }, 'invalid_value', 'voice'],
  [{ temperature: 2 }, 'decimal_above_max_value', 'temperature'],
  [{ input_audio_format: { type: 'audio/pcm' } }, 'invalid_type', 'input_audio_format'],
]

for (const [body, code, param] of refused) {
  test(`the beta refuses ${JSON.stringify(body)}`, async t => {
    const { mintBeta } = await emulatorFor(t, { beta: true })
    const response = await mintBeta(body)
    const { error } = await jsonOf(response)
    assert.deepEqual([response.status, error.code, error.param], [400, code, param])
  })
}

test('the beta wants its header', async t => {
  const { mintBeta } = await emulatorFor(t, { beta: true })
  const response = await mintBeta({}, { 'openai-beta': 'assistants=v2' })
  assert.equal((await jsonOf(response)).error.code, 'invalid_beta')
  assert.equal((await mintBeta({}, { 'openai-beta': 'assistants=v2, realtime=v1' })).status, 200)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stage } from './test-session.ts'

const WORDS = 'Third and long.'

const peak = (pcm: Int16Array) => pcm.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)

/** Has a sentence said over a socket, and returns its samples and its transcript. */
const spoken = async (client: Awaited<ReturnType<Awaited<ReturnType<typeof stage>>['joined']>>) => {
  const from = client.events.length
  client.send({ type: 'response.create', response: { instructions: `Say "${WORDS}"` } })
  const { response } = await client.next('response.done')
  const deltas = client.events.slice(from).filter(({ type }) => type === 'response.output_audio.delta')
  const bytes = Buffer.concat(deltas.map(({ delta }) => Buffer.from(delta, 'base64')))
  const pcm = new Int16Array(new Uint8Array(bytes).buffer)
  return { pcm, ms: pcm.length / 24, transcript: response.output[0].content[0].transcript, usage: response.usage }
}

test('a reply is real speech, as long as it is billed, and its faults can be heard', async t => {
  const { emulator, joined } = await stage(t, { media: true })
  const client = await joined('?model=gpt-realtime')
  const clean = await spoken(client)
  assert.equal(clean.usage.output_token_details.audio_tokens, Math.ceil(clean.ms / 50))
  assert.ok(peak(clean.pcm) > 3000 && peak(clean.pcm) < 32_767)
  emulator.setFaults('reply:silence,times=1 reply:clipping,times=1 reply:late,times=1 reply:wrong-words,times=1')
  assert.equal(peak((await spoken(client)).pcm), 0)
  assert.ok(peak((await spoken(client)).pcm) >= 32_767)
  const late = await spoken(client)
  assert.equal(Math.round(late.ms - clean.ms), 2500)
  assert.notEqual((await spoken(client)).transcript, clean.transcript)
})

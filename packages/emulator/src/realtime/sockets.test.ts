import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import OpenAI from 'openai'
import { OpenAIRealtimeWS } from 'openai/realtime/ws'
import { SAMPLES_PER_MS } from '../media/pcm.ts'
import { jsonOf } from '../test-emulator.ts'
import { realtime, refusal, stage, userSays } from './test-session.ts'

const pcm = (ms: number, level: number) =>
  Buffer.from(new Int16Array(ms * SAMPLES_PER_MS).fill(level).buffer).toString('base64')

const append = (ms: number, level: number) => ({ type: 'input_audio_buffer.append', audio: pcm(ms, level) })

test('a session by model begins with what it is', async t => {
  const { joined } = await stage(t)
  const client = await joined('?model=gpt-realtime')
  const { session } = await client.next('session.created')
  assert.equal(session.model, 'gpt-realtime')
  assert.match(session.id, /^sess_/)
  assert.ok(Math.abs(session.expires_at - Date.now() / 1000 - 3600) < 60)
})

test('a session by secret has what the secret was minted for, by header or by subprotocol', async t => {
  const { mint, open } = await stage(t)
  const { value } = await jsonOf(await mint({ session: realtime({ instructions: 'Whisper.' }) }))
  const byHeader = open('?model=gpt-realtime', { authorization: `Bearer ${value}` })
  assert.equal((await byHeader.next('session.created')).session.instructions, 'Whisper.')
  const byProtocol = open('?model=gpt-realtime', {}, ['realtime', `openai-insecure-api-key.${value}`])
  assert.equal((await byProtocol.next('session.created')).session.instructions, 'Whisper.')
  assert.equal(byProtocol.socket.protocol, 'realtime')
})

test('sound that comes in is heard, sound that goes out is in events', async t => {
  const { joined } = await stage(t, { heard: ['Say "Goal!"'] })
  const client = await joined('?model=gpt-realtime')
  client.send(append(800, 8000))
  client.send(append(800, 0))
  await client.next('input_audio_buffer.speech_stopped')
  await client.next('response.done')
  const deltas = client.events.filter(({ type }) => type === 'response.output_audio.delta')
  const bytes = deltas.reduce((total, { delta }) => total + Buffer.from(delta, 'base64').length, 0)
  // One word of the stub's voice lasts 300 ms.
  assert.equal(bytes, 300 * SAMPLES_PER_MS * 2)
  assert.ok(!client.types().some(type => type.startsWith('output_audio_buffer.')))
})

test('without turn detection the client commits and asks', async t => {
  const { joined } = await stage(t)
  const client = await joined('?model=gpt-realtime')
  client.send({ type: 'session.update', session: { type: 'realtime', audio: { input: { turn_detection: null } } } })
  assert.equal((await client.next('session.updated')).session.audio.input.turn_detection, null)
  client.send(append(60, 8000))
  client.send({ type: 'input_audio_buffer.commit', event_id: 'early' })
  const { error } = await client.next('error')
  assert.equal(error.code, 'input_audio_buffer_commit_empty')
  assert.equal(error.event_id, 'early')
  client.send(append(400, 8000))
  client.send({ type: 'input_audio_buffer.commit' })
  const { item_id } = await client.next('input_audio_buffer.committed')
  assert.equal((await client.next('conversation.item.done')).item.id, item_id)
  client.send(append(400, 8000))
  client.send({ type: 'input_audio_buffer.clear' })
  await client.next('input_audio_buffer.cleared')
  client.send({ type: 'input_audio_buffer.commit' })
  await client.next('error')
  client.send({ type: 'response.create' })
  await client.next('response.done')
  assert.ok(!client.types().includes('input_audio_buffer.speech_started'))
})

const bad: readonly [name: string, event: object, code: string, param: string | null][] = [
  [
    'an unknown field',
    { type: 'session.update', session: { type: 'realtime', modalities: [] } },
    'unknown_parameter',
    'session.modalities',
  ],
  ['no session.type', { type: 'session.update', session: {} }, 'missing_required_parameter', 'session.type'],
  [
    'another model',
    { type: 'session.update', session: realtime({ model: 'gpt-realtime-2.1' }) },
    'cannot_update_model',
    'session.model',
  ],
  ['an unknown event', { type: 'response.shout' }, 'invalid_value', 'type'],
  ['no type', { hello: 1 }, 'missing_required_parameter', 'type'],
  ['nothing to cancel', { type: 'response.cancel' }, 'response_cancel_not_active', null],
  ['an unknown item', { type: 'conversation.item.delete', item_id: 'item_x' }, 'item_not_found', 'item_id'],
  [
    'an unknown tool call',
    { type: 'conversation.item.create', item: { type: 'function_call_output', call_id: 'c', output: '' } },
    'invalid_tool_call_id',
    'item.call_id',
  ],
  [
    'an unknown role',
    { type: 'conversation.item.create', item: { type: 'message', role: 'coach', content: [] } },
    'invalid_value',
    'item.role',
  ],
  ['half a sample', { type: 'input_audio_buffer.append', audio: 'AAAA' }, 'invalid_value', 'audio'],
]

for (const [name, event, code, param] of bad) {
  test(`an event with ${name} is answered with an error that names it`, async t => {
    const { joined } = await stage(t)
    const client = await joined('?model=gpt-realtime')
    client.send({ ...event, event_id: 'mine' })
    const { error } = await client.next('error')
    assert.equal(error.code, code)
    assert.equal(error.param, param)
    assert.equal(error.event_id, 'mine')
    assert.equal(error.type, 'invalid_request_error')
  })
}

test('what is no JSON is an error, not the end', async t => {
  const { joined } = await stage(t)
  const client = await joined('?model=gpt-realtime')
  client.socket.send('{')
  assert.equal((await client.next('error')).error.code, 'invalid_json')
  client.send({ type: 'session.update', session: realtime() })
  await client.next('session.updated')
})

test('an update with one bad field changes nothing', async t => {
  const { joined } = await stage(t)
  const client = await joined('?model=gpt-realtime')
  client.send({ type: 'session.update', session: { type: 'realtime', instructions: 'New.', temperature: 1 } })
  await client.next('error')
  client.send({ type: 'session.update', session: { type: 'realtime', tracing: 'auto' } })
  assert.notEqual((await client.next('session.updated')).session.instructions, 'New.')
})

test('the voice is fixed once there is assistant audio, and one response runs at a time', async t => {
  const { joined } = await stage(t)
  const client = await joined('?model=gpt-realtime')
  const voice = (name: string) => ({
    type: 'session.update',
    session: { type: 'realtime', audio: { output: { voice: name } } },
  })
  client.send(voice('verse'))
  assert.equal((await client.next('session.updated')).session.audio.output.voice, 'verse')
  client.send({ type: 'response.create' })
  client.send({ type: 'response.create' })
  assert.equal((await client.next('error')).error.code, 'conversation_already_has_active_response')
  await client.next('response.done')
  client.send(voice('cedar'))
  assert.equal((await client.next('error')).error.code, 'cannot_update_voice')
})

test('items get a place, and what is not there cannot be followed', async t => {
  const { joined } = await stage(t)
  const client = await joined('?model=gpt-realtime')
  client.send(userSays('one'))
  const first = await client.next('conversation.item.added')
  assert.equal(first.previous_item_id, null)
  client.send(userSays('two'))
  assert.equal((await client.next('conversation.item.added')).previous_item_id, first.item.id)
  client.send({ ...userSays('zero'), previous_item_id: 'root' })
  assert.equal((await client.next('conversation.item.added')).previous_item_id, null)
  client.send({ ...userSays('lost'), previous_item_id: 'item_x' })
  assert.equal((await client.next('error')).error.param, 'previous_item_id')
})

test('items are told without sound, and with the keys that clients look for', async t => {
  const { joined } = await stage(t)
  const client = await joined('?model=gpt-realtime')
  const item = { type: 'message', role: 'user', content: [{ type: 'input_audio', audio: pcm(200, 0) }] }
  client.send({ type: 'conversation.item.create', item: { ...item, object: 'realtime.item', id: 'item_mine' } })
  const added = await client.next('conversation.item.added')
  const content = [{ type: 'input_audio', transcript: null }]
  assert.deepEqual(added.item, { id: 'item_mine', type: 'message', role: 'user', status: 'completed', content })
  client.send({ type: 'response.create', response: { output_modalities: ['text'] } })
  const { usage } = (await client.next('response.done')).response
  assert.equal(usage.input_token_details.audio_tokens, 2)
  client.send({ type: 'conversation.item.create', item: { ...item, id: 'item_mine' } })
  assert.equal((await client.next('error')).error.code, 'item_already_exists')
})

test("a sideband is the server's alone, joins silently, and sees errors of its own only", async t => {
  const { call, open, mint } = await stage(t)
  const { callId, record, sideband } = await call()
  const { value } = await jsonOf(await mint())
  const byBrowser = await refusal(open(`?call_id=${callId}`, { authorization: `Bearer ${value}` }))
  assert.equal(byBrowser.status, 404)
  assert.equal(byBrowser.code, 'call_id_not_found')
  assert.equal((await refusal(open('?call_id=rtc_unknown'))).status, 404)
  record.fromBrowser({ type: 'nonsense' })
  record.fromBrowser({ type: 'session.update', session: { type: 'realtime', instructions: 'Hi.' } })
  await sideband.next('session.updated')
  assert.deepEqual(sideband.types(), ['session.updated'])
})

test('a call goes on without its sideband, which may come back', async t => {
  const { call, joined } = await stage(t)
  const { callId, record, sideband } = await call()
  sideband.socket.close()
  await sideband.closed
  assert.equal(record.ended, null)
  const again = await joined(`?call_id=${callId}`)
  again.send({ type: 'session.update', session: { type: 'realtime', instructions: 'Back.' } })
  await again.next('session.updated')
})

test('the beta is turned away after the upgrade, with its own close code', async t => {
  const { open } = await stage(t)
  const client = open('?model=gpt-realtime', {
    authorization: 'Bearer sk-test',
    'openai-beta': 'assistants=v2, realtime=v1',
  })
  const { error } = await client.next('error')
  assert.equal(error.code, 'beta_api_shape_disabled')
  const [code, reason] = await client.closed
  assert.equal(code, 4000)
  assert.equal(String(reason), 'invalid_request_error.beta_api_shape_disabled')
})

test('a retired model is refused', async t => {
  const { open } = await stage(t)
  const client = open('?model=gpt-4o-realtime-preview')
  assert.equal((await client.next('error')).error.code, 'model_not_found')
  assert.equal((await client.closed)[0], 4000)
})

const refused: readonly [name: string, query: string, headers: Record<string, string>, status: number][] = [
  ['without a credential', '?model=gpt-realtime', {}, 401],
  ['with an unknown secret', '?model=gpt-realtime', { authorization: 'Bearer ek_unknown' }, 401],
  ['for nothing', '', { authorization: 'Bearer sk-test' }, 400],
  ['for two things', '?model=gpt-realtime&call_id=rtc_x', { authorization: 'Bearer sk-test' }, 400],
]

for (const [name, query, headers, status] of refused) {
  test(`an upgrade ${name} is refused`, async t => {
    const { open } = await stage(t)
    assert.equal((await refusal(open(query, headers))).status, status)
  })
}

test('sidebands can be refused and dropped', async t => {
  const { emulator, call, open } = await stage(t)
  const { callId, sideband } = await call()
  emulator.setFaults('sideband:status=503,times=1 sideband:drop,delay=50')
  assert.equal((await refusal(open(`?call_id=${callId}`))).status, 503)
  const dropped = open(`?call_id=${callId}`)
  await once(dropped.socket, 'open')
  assert.equal((await dropped.closed)[0], 1006)
  assert.equal(sideband.socket.readyState, sideband.socket.OPEN)
  assert.deepEqual(emulator.counts['GET /v1/realtime'], { 101: 2, 503: 1 })
})

test('closing drops a sideband that is still waiting to be joined', async t => {
  const { emulator, open } = await stage(t, { faults: 'sideband:stall' })
  const { closed } = open('?call_id=rtc_x')
  const dropped = assert.rejects(closed, { code: 'ECONNRESET' })
  while (!emulator.counts['GET /v1/realtime']) await new Promise(setImmediate)
  await emulator.close()
  await dropped
})

test('replies can fail, come late, or never', async t => {
  const { emulator, joined } = await stage(t, { replyLatencyMs: 60 })
  const client = await joined('?model=gpt-realtime')
  const respond = () => client.send({ type: 'response.create', response: { output_modalities: ['text'] } })
  const start = performance.now()
  respond()
  await client.next('response.output_text.delta')
  assert.ok(performance.now() - start >= 55)
  await client.next('response.done')
  emulator.setFaults('reply:failed,times=1 reply:no-answer,times=1')
  respond()
  const failed = (await client.next('response.done')).response
  assert.equal(failed.status, 'failed')
  assert.equal(failed.status_details.error.code, 'server_error')
  respond()
  await client.next('response.created')
  client.send({ type: 'response.cancel' })
  assert.equal((await client.next('response.done')).response.output.length, 0)
})

test("OpenAI's own WebSocket client holds a conversation", async t => {
  const { emulator } = await stage(t)
  const client = new OpenAI({ apiKey: 'sk-test', baseURL: emulator.baseUrl })
  // It always asks for wss; here it gets a plain connection.
  const createConnection = () => connect(emulator.port, '127.0.0.1')
  const realtimeClient = new OpenAIRealtimeWS({ model: 'gpt-realtime', options: { createConnection } }, client)
  const done = new Promise(resolve => realtimeClient.on('response.output_text.done', event => resolve(event.text)))
  const failed = new Promise((_resolve, reject) => realtimeClient.on('error', reject))
  realtimeClient.on('session.created', () => {
    realtimeClient.send({
      type: 'response.create',
      response: { output_modalities: ['text'], instructions: 'Say "Hello."' },
    })
  })
  assert.equal(await Promise.race([done, failed]), 'Hello.')
  realtimeClient.close()
})

test('a transcription session writes down and does not answer', async t => {
  const { joined } = await stage(t, { heard: ['Two one to the home side.'] })
  const client = await joined('?intent=transcription')
  assert.equal((await client.next('session.created')).session.object, 'realtime.transcription_session')
  const transcription = { model: 'gpt-transcribe' }
  client.send({ type: 'session.update', session: { type: 'transcription', audio: { input: { transcription } } } })
  await client.next('session.updated')
  client.send(append(800, 8000))
  client.send(append(800, 0))
  const { transcript } = await client.next('conversation.item.input_audio_transcription.completed')
  assert.equal(transcript, 'Two one to the home side.')
  assert.ok(!client.types().includes('response.created'))
  client.send({ type: 'response.create' })
  await client.next('error')
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { realtime, stage, userSays } from './test-session.ts'

const transcribed = realtime({ audio: { input: { transcription: { model: 'gpt-realtime-whisper' } } } })

/** Deltas apart, which come in any number, and transcription, which runs on its own clock. */
const withoutDeltas = (types: readonly string[]) =>
  types.filter(type => !type.endsWith('.delta') && !type.includes('input_audio_transcription'))

test('a spoken turn has the recorded events in the recorded order', async t => {
  const { call } = await stage(t, { heard: ['Say "Goal!"'] })
  const { record, sideband } = await call(transcribed)
  record.speak(800)
  await sideband.next('output_audio_buffer.stopped')
  assert.deepEqual(withoutDeltas(sideband.types()), [
    'input_audio_buffer.speech_started',
    'input_audio_buffer.speech_stopped',
    'input_audio_buffer.committed',
    'conversation.item.added',
    'conversation.item.done',
    'response.created',
    'response.output_item.added',
    'conversation.item.added',
    'response.content_part.added',
    'output_audio_buffer.started',
    'response.output_audio.done',
    'response.output_audio_transcript.done',
    'response.content_part.done',
    'conversation.item.done',
    'response.output_item.done',
    'response.done',
    'rate_limits.updated',
    'output_audio_buffer.stopped',
  ])
  assert.equal(new Set(sideband.events.map(({ event_id }) => event_id)).size, sideband.events.length)
})

test('the fields of a spoken turn are as recorded', async t => {
  const { call } = await stage(t, { heard: ['Say "Goal!"'] })
  const { record, sideband } = await call(transcribed)
  record.speak(800)
  const started = await sideband.next('input_audio_buffer.speech_started')
  assert.equal(started.audio_start_ms, 0)
  const committed = await sideband.next('input_audio_buffer.committed')
  assert.equal(committed.previous_item_id, null)
  assert.equal(committed.item_id, started.item_id)
  const { item } = await sideband.next('conversation.item.added')
  const content = [{ type: 'input_audio', transcript: null }]
  assert.deepEqual(item, { id: started.item_id, type: 'message', status: 'completed', role: 'user', content })
  const { response } = await sideband.next('response.created')
  const { id, conversation_id, ...rest } = response
  assert.match(id, /^resp_/)
  assert.match(conversation_id, /^conv_/)
  assert.deepEqual(rest, {
    object: 'realtime.response',
    status: 'in_progress',
    status_details: null,
    output: [],
    output_modalities: ['audio'],
    max_output_tokens: 'inf',
    audio: { output: { format: { type: 'audio/pcm', rate: 24000 }, voice: 'alloy' } },
    usage: null,
    metadata: null,
  })
  const answer = await sideband.next('conversation.item.added')
  assert.equal(answer.previous_item_id, started.item_id)
  const part = await sideband.next('response.content_part.added')
  assert.deepEqual(part.part, { type: 'audio', transcript: '' })
  const delta = await sideband.next('response.output_audio_transcript.delta')
  assert.equal(typeof delta.obfuscation, 'string')
  const { event_id, ...done } = await sideband.next('response.output_audio_transcript.done')
  const at = { response_id: id, item_id: answer.item.id, output_index: 0, content_index: 0 }
  assert.match(event_id, /^event_/)
  assert.deepEqual(done, { type: 'response.output_audio_transcript.done', ...at, transcript: 'Goal!' })
  const finished = (await sideband.next('response.done')).response
  assert.equal(finished.status, 'completed')
  assert.deepEqual(finished.output[0].content, [{ type: 'output_audio', transcript: 'Goal!' }])
  const [limit] = (await sideband.next('rate_limits.updated')).rate_limits
  assert.deepEqual(Object.keys(limit), ['name', 'limit', 'remaining', 'reset_seconds'])
})

test('what the microphone said is the phrase it was told, transcribed where that was asked for', async t => {
  const { ask, call } = await stage(t, { heard: ['First.'] })
  await ask('/_emulator/heard', { method: 'PUT', body: 'Second.\nThird.' })
  const { record, sideband } = await call(transcribed)
  record.speak(800)
  const completed = await sideband.next('conversation.item.input_audio_transcription.completed')
  assert.equal(completed.transcript, 'Second.')
  assert.deepEqual(completed.usage, { type: 'duration', seconds: 1 })
  sideband.send({ type: 'conversation.item.retrieve', item_id: completed.item_id })
  const { item } = await sideband.next('conversation.item.retrieved')
  assert.equal(item.content[0].transcript, 'Second.')
  record.speak(800)
  const next = await sideband.next('conversation.item.input_audio_transcription.completed')
  assert.equal(next.transcript, 'Third.')
})

test('who speaks while Parker does is let speak', async t => {
  const { call } = await stage(t, { heard: [`Say "${'and on '.repeat(40)}"`, 'Say "Yes."'] })
  const { record, sideband } = await call(realtime())
  record.speak(500)
  await sideband.next('output_audio_buffer.started')
  record.speak(500)
  const { response } = await sideband.next('response.done')
  assert.equal(response.status, 'cancelled')
  assert.deepEqual(response.status_details, { type: 'cancelled', reason: 'turn_detected' })
  assert.equal(response.output[0].status, 'incomplete')
  assert.equal((await sideband.next('output_audio_buffer.cleared')).response_id, response.id)
  const { audio_end_ms } = await sideband.next('conversation.item.truncated')
  assert.ok(audio_end_ms < 10_000)
  assert.equal((await sideband.next('response.done')).response.output[0].content[0].transcript, 'Yes.')
  const speech = sideband.types().lastIndexOf('input_audio_buffer.speech_started')
  assert.equal(sideband.types()[speech + 1], 'response.output_audio.done')
})

test('with interrupt_response off nobody is cut short, with create_response off nobody answers', async t => {
  const turn_detection = { type: 'server_vad', interrupt_response: false, create_response: false }
  const { call } = await stage(t)
  const { record, sideband } = await call(realtime({ audio: { input: { turn_detection } } }))
  sideband.send({ type: 'response.create', response: { instructions: 'Say "I will not be stopped by anybody."' } })
  await sideband.next('output_audio_buffer.started')
  record.speak(500)
  await sideband.next('input_audio_buffer.committed')
  const { response } = await sideband.next('response.done')
  assert.equal(response.status, 'completed')
  await sideband.next('output_audio_buffer.stopped')
  assert.equal(sideband.types().filter(type => type === 'response.created').length, 1)
})

test('a text turn is answered aloud, or in writing where that is asked for', async t => {
  const { call } = await stage(t)
  const { sideband } = await call(realtime())
  sideband.send(userSays('Please say exactly this: “Touchdown!”'))
  sideband.send({ type: 'response.create' })
  const spoken = (await sideband.next('response.done')).response
  assert.deepEqual(spoken.output[0].content, [{ type: 'output_audio', transcript: 'Touchdown!' }])
  const response = { output_modalities: ['text'], metadata: { topic: 'sport' } }
  sideband.send({ type: 'response.create', response })
  const text = await sideband.next('response.output_text.done')
  assert.equal(text.text, 'Touchdown!')
  const written = (await sideband.next('response.done')).response
  assert.deepEqual(written.output[0].content, [{ type: 'output_text', text: 'Touchdown!' }])
  assert.deepEqual(written.metadata, { topic: 'sport' })
})

test('a response outside the conversation leaves no trace in it', async t => {
  const { call } = await stage(t)
  const { sideband } = await call(realtime())
  const input = [userSays('Repeat: "Aside."').item]
  sideband.send({ type: 'response.create', response: { conversation: 'none', output_modalities: ['text'], input } })
  const { response } = await sideband.next('response.done')
  assert.equal(response.conversation_id, null)
  assert.equal(response.output[0].content[0].text, 'Aside.')
  assert.ok(!sideband.types().includes('conversation.item.added'))
  sideband.send({ type: 'conversation.item.retrieve', item_id: response.output[0].id, event_id: 'mine' })
  const { error } = await sideband.next('error')
  assert.equal(error.code, 'item_not_found')
  assert.equal(error.event_id, 'mine')
})

const tools = [
  {
    type: 'function',
    name: 'get_score',
    parameters: { type: 'object', properties: { sport: { type: 'string', enum: ['golf'] }, day: { type: 'integer' } } },
  },
]

test('a tool that is spoken of is called, and its result spoken about', async t => {
  const { call } = await stage(t)
  const { sideband } = await call(realtime({ tools }))
  sideband.send(userSays('Get score, will you?'))
  sideband.send({ type: 'response.create' })
  const done = await sideband.next('response.function_call_arguments.done')
  assert.equal(done.name, 'get_score')
  assert.deepEqual(JSON.parse(done.arguments), { sport: 'golf', day: 1 })
  const [item] = (await sideband.next('response.done')).response.output
  assert.equal(item.type, 'function_call')
  const output = { type: 'function_call_output', call_id: item.call_id, output: '{"score":"3-2"}' }
  sideband.send({ type: 'conversation.item.create', item: output })
  sideband.send({ type: 'response.create' })
  const { transcript } = await sideband.next('response.output_audio_transcript.done')
  assert.equal(transcript, 'Here is what I found: {"score":"3-2"}')
})

test('tool_choice decides over tools', async t => {
  const { call } = await stage(t)
  const { sideband } = await call(realtime({ tools, tool_choice: 'required' }))
  const kinds: [choice: unknown, type: string][] = [
    [undefined, 'function_call'],
    ['none', 'message'],
    [{ type: 'function', name: 'get_score' }, 'function_call'],
  ]
  for (const [tool_choice, type] of kinds) {
    sideband.send({ type: 'response.create', response: { output_modalities: ['text'], tool_choice } })
    assert.equal((await sideband.next('response.done')).response.output[0].type, type)
  }
})

test('max_output_tokens ends a reply early', async t => {
  const { call } = await stage(t)
  const { sideband } = await call(realtime({ max_output_tokens: 20 }))
  sideband.send({
    type: 'response.create',
    response: { instructions: 'Say "one two three four five six seven eight"' },
  })
  const { response } = await sideband.next('response.done')
  assert.equal(response.status, 'incomplete')
  assert.deepEqual(response.status_details, { type: 'incomplete', reason: 'max_output_tokens' })
  assert.ok(response.usage.output_tokens <= 25)
})

test('a client cancels, clears, truncates and deletes', async t => {
  const { call } = await stage(t)
  const { sideband } = await call(realtime())
  sideband.send({ type: 'response.create', response: { instructions: `Say "${'more '.repeat(40)}"` } })
  await sideband.next('output_audio_buffer.started')
  await sideband.next('response.output_audio_transcript.delta')
  sideband.send({ type: 'response.cancel' })
  sideband.send({ type: 'output_audio_buffer.clear' })
  const { response } = await sideband.next('response.done')
  assert.deepEqual(response.status_details, { type: 'cancelled', reason: 'client_cancelled' })
  assert.equal((await sideband.next('output_audio_buffer.cleared')).response_id, response.id)
  const item_id = response.output[0].id
  sideband.send({ type: 'conversation.item.truncate', item_id, content_index: 0, audio_end_ms: 0 })
  assert.equal((await sideband.next('conversation.item.truncated')).item_id, item_id)
  sideband.send({ type: 'conversation.item.delete', item_id })
  assert.equal((await sideband.next('conversation.item.deleted')).item_id, item_id)
})

test('after a cancel what was made is heard to its end, and no more', async t => {
  const { call } = await stage(t)
  const { sideband } = await call(realtime())
  sideband.send({ type: 'response.create', response: { instructions: `Say "${'more '.repeat(200)}"` } })
  await sideband.next('response.output_audio_transcript.delta')
  sideband.send({ type: 'response.cancel' })
  // The whole of it would last a minute.
  await sideband.next('output_audio_buffer.stopped')
})

test('a reply that was cancelled before its turn is not heard', async t => {
  const { call } = await stage(t)
  const { sideband } = await call(realtime())
  const ask = (words: string) =>
    sideband.send({ type: 'response.create', response: { instructions: `Say "${words}"` } })
  ask('one two three four five six')
  await sideband.next('response.done')
  ask('never')
  await sideband.next('response.content_part.added')
  sideband.send({ type: 'response.cancel' })
  await sideband.next('output_audio_buffer.stopped')
  ask('last')
  await sideband.next('output_audio_buffer.stopped')
  assert.equal(sideband.types().filter(type => type === 'output_audio_buffer.started').length, 2)
})

test('usage bills the whole conversation again, the part read before at the cached rate', async t => {
  const { call } = await stage(t, { heard: ['Say "Goal!"'] })
  const { record, sideband } = await call(realtime())
  record.speak(1000)
  const first = (await sideband.next('response.done')).response.usage
  await sideband.next('output_audio_buffer.stopped')
  // 1000 ms and the 200 ms of silence that end a turn.
  assert.equal(first.input_token_details.audio_tokens, 12)
  assert.equal(first.input_token_details.cached_tokens, 0)
  // One word of the stub's voice lasts 300 ms.
  assert.equal(first.output_token_details.audio_tokens, 6)
  assert.equal(first.total_tokens, first.input_tokens + first.output_tokens)
  record.speak(1000)
  const second = (await sideband.next('response.done')).response.usage
  // Both again, and another 1000 ms with their silence and 300 ms of padding before them.
  assert.equal(second.input_token_details.audio_tokens, 12 + 6 + 15)
  assert.equal(second.input_token_details.cached_tokens, first.input_tokens)
  assert.equal(second.input_token_details.cached_tokens_details.audio_tokens, 12)
})

test('what a browser changes shows on the sideband, which can put it back', async t => {
  const { call } = await stage(t)
  const { record, sideband } = await call(realtime({ instructions: 'Be Parker.' }))
  const foreign = { type: 'realtime', instructions: 'Be a pirate.', tools }
  record.fromBrowser({ type: 'session.update', session: foreign })
  const changed = (await sideband.next('session.updated')).session
  assert.equal(changed.instructions, 'Be a pirate.')
  assert.equal(changed.tools[0].name, 'get_score')
  sideband.send({ type: 'session.update', session: { type: 'realtime', instructions: 'Be Parker.', tools: [] } })
  const restored = (await sideband.next('session.updated')).session
  assert.equal(restored.instructions, 'Be Parker.')
  assert.deepEqual(restored.tools, [])
  assert.equal(restored.id, changed.id)
})

test('an update that names no field changes none, and tells all who listen how the session stands', async t => {
  const { call } = await stage(t)
  const { record, sideband } = await call(realtime({ instructions: 'Be Parker.', tools }))
  record.fromBrowser({ type: 'session.update', session: { type: 'realtime', instructions: 'Be a pirate.' } })
  const changed = (await sideband.next('session.updated')).session
  sideband.send({ type: 'session.update', session: { type: 'realtime' } })
  assert.deepEqual((await sideband.next('session.updated')).session, changed)
})

test('replies that were asked for one after the other are heard one after the other', async t => {
  const { call } = await stage(t)
  const { sideband } = await call(realtime())
  const ask = (words: string) =>
    sideband.send({ type: 'response.create', response: { instructions: `Say "${words}"` } })
  ask('first one')
  const first = (await sideband.next('response.done')).response.id
  ask('second')
  const second = (await sideband.next('response.created')).response.id
  assert.equal((await sideband.next('output_audio_buffer.stopped')).response_id, first)
  assert.equal((await sideband.next('output_audio_buffer.started')).response_id, second)
  assert.equal((await sideband.next('output_audio_buffer.stopped')).response_id, second)
})

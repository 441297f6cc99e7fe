import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createVad } from '../media/vad.ts'
import { findModel } from '../models.ts'
import { realtimeSession } from '../session.ts'
import { createEngine } from './engine.ts'
import type { SentEvent, Session } from './server-events.ts'
import { tone } from './tone.ts'

const session = () => {
  const found = findModel('gpt-realtime', 0)
  assert.ok('model' in found)
  return realtimeSession({ type: 'realtime' }, found.model) as Session
}

const startEngine = () => {
  const events: SentEvent[] = []
  const link = { send: (event: SentEvent) => events.push(event), close: () => {} }
  const engine = createEngine({
    session: session(),
    speak: tone,
    createVad,
    play: undefined,
    sessionSeconds: 60,
    startedAt: 0,
    heard: () => 'Hello.',
    strikeReply: () => undefined,
    replyLatencyMs: () => 0,
    onEnded: () => {},
  })
  engine.join(link, true)
  return { engine, events, receive: (event: unknown) => engine.receive(JSON.stringify(event), link) }
}

const item = fc.record(
  {
    id: fc.constantFrom('item_a', 'item_b'),
    type: fc.constantFrom('message', 'function_call', 'function_call_output', 'nonsense'),
    role: fc.constantFrom('user', 'assistant', 'system', 'nobody'),
    content: fc.array(
      fc.record(
        {
          type: fc.constantFrom('input_text', 'input_audio', 'output_text', 'output_audio', 'input_image'),
          text: fc.string(),
          audio: fc.base64String(),
        },
        { requiredKeys: ['type'] },
      ),
    ),
    name: fc.string(),
    arguments: fc.string(),
    call_id: fc.constantFrom('call_a', 'call_b'),
    output: fc.string(),
  },
  { requiredKeys: ['type'] },
)

const itemId = fc.constantFrom('item_a', 'item_b', 'item_c')

/** The fields of each event, mostly well-formed. */
const fields: Readonly<Record<string, Record<string, fc.Arbitrary<unknown>>>> = {
  'session.update': {
    session: fc.record({ type: fc.constant('realtime'), instructions: fc.string(), tools: fc.json() }),
  },
  'input_audio_buffer.append': { audio: fc.base64String() },
  'input_audio_buffer.commit': {},
  'input_audio_buffer.clear': {},
  'output_audio_buffer.clear': {},
  'conversation.item.create': { item, previous_item_id: fc.constantFrom('root', 'item_a', null) },
  'conversation.item.retrieve': { item_id: itemId },
  'conversation.item.truncate': { item_id: itemId, content_index: fc.nat(2), audio_end_ms: fc.nat(9) },
  'conversation.item.delete': { item_id: itemId },
  'response.create': {
    response: fc.record({ input: fc.array(item), conversation: fc.constant('none') }, { requiredKeys: [] }),
  },
  'response.cancel': {},
  nonsense: {},
}

const event = fc.oneof(
  ...Object.entries(fields).map(([type, own]) =>
    fc.record({ type: fc.constant(type), ...own }, { requiredKeys: ['type'] }),
  ),
)

test('whatever a client sends, the session lives and still answers', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(event, fc.json()), { maxLength: 20 }), sent => {
      const { engine, events, receive } = startEngine()
      for (const one of sent) receive(one)
      engine.receive('not JSON', { send: () => {}, close: () => {} })
      receive({ type: 'session.update', session: { type: 'realtime' } })
      engine.end('closed')
      assert.equal(events[0]?.type, 'session.created')
      assert.ok(events.length > 1 || sent.length === 0)
    }),
    { numRuns: 200 },
  )
})

test('an update is merged field by field inside audio, and as a whole elsewhere', () => {
  const { engine, receive } = startEngine()
  const update = (session: object) => receive({ type: 'session.update', session: { type: 'realtime', ...session } })
  update({ audio: { input: { noise_reduction: { type: 'near_field' } } }, instructions: 'Be Parker.' })
  update({ audio: { input: { turn_detection: { type: 'semantic_vad' } }, output: { speed: 1.2 } } })
  const { audio, instructions } = engine.session as ReturnType<typeof realtimeSession>
  assert.equal(instructions, 'Be Parker.')
  assert.deepEqual(audio?.input?.noise_reduction, { type: 'near_field' })
  assert.equal(audio?.input?.turn_detection?.type, 'semantic_vad')
  assert.equal(audio?.output?.speed, 1.2)
  assert.equal(audio?.output?.voice, 'alloy')
  engine.end('closed')
})

test('nothing is said after the end', () => {
  const { engine, events, receive } = startEngine()
  receive({ type: 'response.create' })
  const before = events.length
  engine.end('hangup')
  receive({ type: 'session.update', session: { type: 'realtime' } })
  engine.hear(new Int16Array(48_000).fill(9000))
  assert.equal(events.length, before)
})

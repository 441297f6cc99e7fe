import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createOutbox } from './outbox.ts'
import { type ServerEvent, sentEvent } from './server-events.ts'

const cleared: ServerEvent = { type: 'input_audio_buffer.cleared' }
const updated = { type: 'session.updated', session: {} } as ServerEvent

test('events after session.updated keep a distance from it, and their order', t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const sent: string[] = []
  const send = createOutbox(({ type }) => sent.push(type.split('.')[1] ?? ''))
  for (const event of [cleared, updated, cleared, updated, cleared]) send(sentEvent(event))
  assert.deepEqual(sent, ['cleared', 'updated'])
  t.mock.timers.tick(30)
  assert.deepEqual(sent, ['cleared', 'updated', 'cleared', 'updated'])
  t.mock.timers.tick(30)
  send(sentEvent(cleared))
  assert.deepEqual(sent.slice(4), ['cleared', 'cleared'])
})

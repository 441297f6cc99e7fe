import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as breathe } from 'node:timers/promises'
import { createConversation } from './conversation.ts'
import { createPlayback } from './playback.ts'

const planned = { responseId: 'resp_1', itemId: 'item_1', lengthMs: 20 }

test('playback has not stopped before its response is done, however slowly that is made', async () => {
  const types: string[] = []
  const playback = createPlayback(({ type }) => types.push(type), createConversation())
  const made = new AbortController()
  await playback.start(planned, () => ({ done: Promise.resolve('finished'), stop: () => {} }), made.signal)
  await breathe()
  assert.deepEqual(types, ['output_audio_buffer.started'])
  made.abort()
  await breathe()
  assert.deepEqual(types, ['output_audio_buffer.started', 'output_audio_buffer.stopped'])
})

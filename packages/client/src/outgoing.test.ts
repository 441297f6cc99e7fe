import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createOutgoing } from './outgoing.ts'
import { type CallState, next } from './state.ts'

/** What goes out over the line of a call that listens. */
function talking() {
  let state: CallState = { name: 'listening' }
  const sent: string[] = []
  const outgoing = createOutgoing({
    send: ({ type }) => sent.push(type),
    act: action => {
      state = next(state, action)
    },
    state: () => state,
    asked: () => {},
  })
  const hear = (type: string, action?: Parameters<typeof next>[1]) => {
    outgoing.receive({ type })
    if (action) state = next(state, action)
  }
  return { outgoing, sent, hear, now: () => state.name }
}

const CREATED = { type: 'response-created', response: 'resp_1' } as const

describe('what the page says to Parker', () => {
  it('is said and answered', () => {
    const { outgoing, sent, now } = talking()
    outgoing.say('Who wins?')
    assert.deepEqual(sent, ['conversation.item.create', 'response.create'])
    assert.equal(now(), 'thinking')
  })

  it('cuts a running answer short, and is answered when that has ended', () => {
    const { outgoing, sent, hear, now } = talking()
    hear('response.created', CREATED)
    outgoing.say('Stop. Who wins?')
    assert.deepEqual(sent, ['response.cancel', 'output_audio_buffer.clear', 'conversation.item.create'])
    hear('response.done')
    assert.equal(sent.at(-1), 'response.create')
    assert.equal(now(), 'thinking')
  })

  it('interrupts only what is there, and cancels only what is still being made', () => {
    const { outgoing, sent, hear } = talking()
    outgoing.interrupt()
    assert.deepEqual(sent, [])
    hear('response.created', CREATED)
    hear('response.done', { type: 'audio-started', response: 'resp_1' })
    outgoing.interrupt()
    assert.deepEqual(sent, ['output_audio_buffer.clear'])
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createOutgoing } from './outgoing.ts'
import { type CallState, next } from './state.ts'

/** What goes out over the line of a call that listens. */
function talking() {
  let state: CallState = { name: 'listening' }
  const sent: string[] = []
  let order: unknown
  const outgoing = createOutgoing({
    send({ type, event_id }) {
      sent.push(type)
      order = event_id ?? order
      return true
    },
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
  /** The last order that was named is refused. */
  const refuse = (code: string) => outgoing.receive({ type: 'error', error: { code, event_id: order } })
  return { outgoing, sent, hear, refuse, now: () => state.name }
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

  it('is taken back before the answer begins, and asked for no more', () => {
    const { outgoing, sent, hear } = talking()
    outgoing.say('Who wins?')
    outgoing.say('Who loses?')
    outgoing.interrupt()
    assert.deepEqual(sent.slice(2), [
      ...['response.cancel', 'output_audio_buffer.clear', 'conversation.item.create'],
      ...['response.cancel', 'output_audio_buffer.clear'],
    ])
    hear('response.created')
    hear('response.done')
    assert.equal(sent.length, 7)
  })

  it('is answered once where two turns come at once, when the first answer has ended', () => {
    const { outgoing, sent, hear, now } = talking()
    outgoing.say('Who wins?')
    outgoing.say('Who loses?')
    hear('response.created', CREATED)
    assert.equal(sent.filter(type => type === 'response.create').length, 1)
    hear('response.done', { type: 'response-done', response: 'resp_1' })
    assert.deepEqual([sent.at(-1), now()], ['response.create', 'thinking'])
    hear('response.done')
    assert.equal(sent.filter(type => type === 'response.create').length, 2)
  })

  it('is asked for again where another answer was being made', () => {
    const { outgoing, sent, hear, refuse } = talking()
    outgoing.say('Who wins?')
    refuse('conversation_already_has_active_response')
    assert.equal(sent.filter(type => type === 'response.create').length, 1)
    hear('response.done')
    assert.equal(sent.filter(type => type === 'response.create').length, 2)
  })

  it('does not stand in the way of the next turn where it was refused, or taken back too late', () => {
    const { outgoing, sent, refuse } = talking()
    outgoing.say('Who wins?')
    refuse('invalid_value')
    outgoing.ask()
    outgoing.interrupt()
    outgoing.receive({ type: 'error', error: { code: 'response_cancel_not_active', event_id: null } })
    outgoing.ask()
    assert.equal(sent.filter(type => type === 'response.create').length, 3)
  })
})

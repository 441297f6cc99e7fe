import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ParkerError } from './errors.ts'
import { type Action, type CallState, isOver, next } from './state.ts'

const error = new ParkerError('call-lost')
const response = 'resp_1'

const STATES: CallState[] = [
  { name: 'idle' },
  { name: 'preparing' },
  { name: 'ready' },
  { name: 'connecting' },
  { name: 'listening' },
  { name: 'thinking', response: undefined },
  { name: 'thinking', response },
  { name: 'speaking', response },
  { name: 'ended', reason: 'hung-up' },
  { name: 'failed', error },
]

const ACTIONS: Action[] = [
  { type: 'prepare' },
  { type: 'prepared' },
  { type: 'connect' },
  { type: 'connected' },
  { type: 'speech-started' },
  { type: 'speech-stopped' },
  { type: 'asked' },
  { type: 'interrupted' },
  { type: 'response-created', response },
  { type: 'audio-started', response },
  { type: 'audio-ended', response },
  { type: 'response-done', response },
  { type: 'end', reason: 'hung-up' },
  { type: 'fail', error },
]

const walk = (...actions: Action[]) => actions.reduce(next, { name: 'idle' } as CallState)
const CONNECTED: Action[] = [{ type: 'prepare' }, { type: 'prepared' }, { type: 'connect' }, { type: 'connected' }]
const ANSWERED: Action[] = [
  ...CONNECTED,
  { type: 'speech-started' },
  { type: 'speech-stopped' },
  { type: 'response-created', response },
  { type: 'audio-started', response },
]

describe('the state of a call', () => {
  it('goes from a click through a turn and back to listening', () => {
    const names = [...ANSWERED, { type: 'response-done', response }, { type: 'audio-ended', response }] as Action[]
    const seen = names.map((_, i) => walk(...names.slice(0, i + 1)).name)
    assert.deepEqual(
      seen.filter((name, i) => name !== seen[i - 1]),
      ['preparing', 'ready', 'connecting', 'listening', 'thinking', 'speaking', 'listening'],
    )
  })

  it('is the same object where nothing changes, and never anything that is not a state', () => {
    const known = new Set(STATES.map(({ name }) => name))
    for (const state of STATES)
      for (const action of ACTIONS) {
        const after = next(state, action)
        assert.ok(known.has(after.name))
        if (after.name === state.name && state.name !== 'thinking' && state.name !== 'speaking')
          assert.equal(after, state)
      }
  })

  it('does not leave its end', () => {
    for (const state of STATES.filter(isOver)) for (const action of ACTIONS) assert.equal(next(state, action), state)
  })

  it('can end and fail from anywhere else', () => {
    for (const state of STATES.filter(state => !isOver(state))) {
      assert.deepEqual(next(state, { type: 'end', reason: 'page-left' }), { name: 'ended', reason: 'page-left' })
      assert.deepEqual(next(state, { type: 'fail', error }), { name: 'failed', error })
    }
  })

  it('becomes live by connecting only', () => {
    for (const state of STATES.slice(0, 4))
      for (const action of ACTIONS.filter(({ type }) => type !== 'connected'))
        assert.ok(!['listening', 'thinking', 'speaking'].includes(next(state, action).name), action.type)
  })

  it('listens when the user barges in, and what comes late of the old answer changes nothing', () => {
    const bargedIn = walk(...ANSWERED, { type: 'speech-started' })
    assert.equal(bargedIn.name, 'listening')
    const waiting = next(bargedIn, { type: 'speech-stopped' })
    for (const type of ['audio-ended', 'response-done'] as const)
      assert.equal(next(waiting, { type, response }), waiting)
  })

  it('listens again after an answer without sound', () => {
    assert.equal(walk(...ANSWERED.slice(0, -1), { type: 'response-done', response }).name, 'listening')
  })

  it('speaks until the sound ends, not until the answer is written', () => {
    assert.equal(walk(...ANSWERED, { type: 'response-done', response }).name, 'speaking')
    assert.equal(walk(...ANSWERED, { type: 'audio-ended', response: 'resp_0' }).name, 'speaking')
  })
})

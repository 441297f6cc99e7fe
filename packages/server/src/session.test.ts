import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { composeInstructions } from './persona.ts'
import { decideSession, type SessionRequest } from './session.ts'

const NOW = Date.parse('2026-11-23T12:00:00Z')
const DEFAULTS = { REALTIME_MODEL: 'gpt-realtime', REALTIME_VOICE: 'verse', DEFAULT_INSTRUCTIONS: 'You are Parker.' }
const decide = (request: SessionRequest) => decideSession(request, DEFAULTS, NOW)

describe('a session', () => {
  it('has the defaults where the caller asks for nothing', () => {
    const { model, voice, difficulty, mode, sport } = decide({})
    assert.deepEqual(
      [model.served, voice, difficulty, mode, sport],
      ['gpt-realtime', 'verse', 'easy', undefined, undefined],
    )
  })

  it('has what the caller asks for', () => {
    const asked = {
      model: 'gpt-realtime-2.1',
      voice: 'cedar',
      difficulty: 'savage',
      mode: 'debate',
      sport: 'golf',
    } as const
    const { model, voice, difficulty, mode, sport } = decide(asked)
    assert.deepEqual({ model: model.served, voice, difficulty, mode, sport }, asked)
  })

  it('is told of difficulty, sport and mode also under instructions of the caller', () => {
    const asked = {
      instructions: 'Be brief.',
      difficulty: 'expert',
      sport: 'golf',
      mode: 'hot_take',
      context: 'C',
    } as const
    assert.equal(decide(asked).instructions, composeInstructions(asked, DEFAULTS.DEFAULT_INSTRUCTIONS))
    assert.match(decide(asked).instructions, /^Be brief\./)
    assert.match(decide({ instructions: null }).instructions, /^You are Parker\./)
  })

  it('has the successor of a model that has retired by then, and the model itself before', () => {
    assert.equal(decide({ model: 'gpt-4o-realtime-preview' }).model.served, 'gpt-realtime-2.1')
    assert.equal(decideSession({}, DEFAULTS, Date.parse('2027-01-20T00:00:00Z')).model.served, 'gpt-realtime-2.1')
  })

  it('may be shared only where it holds nothing of the caller', () => {
    const shared: SessionRequest[] = [{}, { voice: 'ash' }, { sport: 'mma' }, { instructions: null, context: null }]
    for (const request of shared) assert.equal(decide(request).shared, true, JSON.stringify(request))
    for (const request of [{ instructions: 'x' }, { context: 'x' }, { instructions: 'x', context: null }])
      assert.equal(decide(request).shared, false, JSON.stringify(request))
  })
})

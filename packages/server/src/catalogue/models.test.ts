import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { endOfLifeHeaders, MODEL_NAMES, modelState } from './models.ts'

const at = (date: string) => Date.parse(date)
const TODAY = at('2026-11-23T12:00:00Z')
const END = at('2027-01-20T00:00:00Z')
const PREVIEWS = MODEL_NAMES.filter(name => name.startsWith('gpt-4o'))

describe('a model', () => {
  it('is current while no end is announced', () => {
    assert.deepEqual(modelState('gpt-realtime-2.1', at('2040-01-01')), {
      name: 'gpt-realtime-2.1',
      description: 'Voice model with reasoning, newest release.',
      state: 'current',
      served: 'gpt-realtime-2.1',
    })
  })

  it('is retiring, and still served, until the last moment before its day', () => {
    for (const now of [TODAY, END - 1]) {
      const { state, served, shutdown, successor } = modelState('gpt-realtime', now)
      assert.deepEqual(
        { state, served, shutdown, successor },
        { state: 'retiring', served: 'gpt-realtime', shutdown: '2027-01-20', successor: 'gpt-realtime-2.1' },
      )
    }
  })

  it('has retired from its day on, and is served by its successor', () => {
    for (const now of [END, END + 1, at('2030-01-01')]) {
      const { state, served } = modelState('gpt-realtime', now)
      assert.deepEqual({ state, served }, { state: 'retired', served: 'gpt-realtime-2.1' })
    }
  })

  it('of the previews has retired, every one', () => {
    assert.ok(PREVIEWS.length >= 6)
    for (const name of PREVIEWS) {
      const { state, served } = modelState(name, TODAY)
      assert.equal(state, 'retired', name)
      assert.equal(served, name.includes('mini') ? 'gpt-realtime-2.1-mini' : 'gpt-realtime-2.1', name)
    }
  })

  it('is taken as current when the catalogue lacks it', () => {
    for (const name of ['gpt-realtime-99', 'constructor', '__proto__', 'toString']) {
      const { state, served, shutdown } = modelState(name, TODAY)
      assert.deepEqual({ state, served, shutdown }, { state: 'current', served: name, shutdown: undefined })
    }
  })
})

describe('the successors', () => {
  it('are in the catalogue and, at any time, lead to a model that is served', () => {
    for (const name of MODEL_NAMES) {
      for (const now of [at('2024-01-01'), TODAY, END, at('2040-01-01')]) {
        const { served, successor } = modelState(name, now)
        assert.notEqual(modelState(served, now).state, 'retired', `${name} leads to ${served}`)
        if (successor) assert.ok(MODEL_NAMES.includes(successor), successor)
      }
    }
  })
})

describe('the headers of an end', () => {
  const headers = { Deprecation: '@1800403200', Sunset: 'Wed, 20 Jan 2027 00:00:00 GMT' }

  it('are sent with a retiring model', () => {
    assert.deepEqual(endOfLifeHeaders(modelState('gpt-realtime', TODAY)), headers)
  })

  it('are sent with the same values once it has retired', () => {
    assert.deepEqual(endOfLifeHeaders(modelState('gpt-realtime', at('2027-06-01'))), headers)
  })

  it('are not sent with a current model, nor with an unknown one', () => {
    assert.deepEqual(endOfLifeHeaders(modelState('gpt-realtime-2.1', TODAY)), {})
    assert.deepEqual(endOfLifeHeaders(modelState('gpt-realtime-99', TODAY)), {})
  })

  it('say the day in the forms of RFC 9745 and RFC 8594, for every model', () => {
    for (const name of MODEL_NAMES) {
      const { Deprecation, Sunset } = endOfLifeHeaders(modelState(name, TODAY))
      if (!Deprecation || !Sunset) continue
      assert.match(Deprecation, /^@\d{10}$/)
      assert.equal(new Date(Number(Deprecation.slice(1)) * 1000).toUTCString(), Sunset)
    }
  })
})

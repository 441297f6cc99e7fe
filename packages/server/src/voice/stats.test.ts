import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { voiceStats } from './stats.ts'

const SESSION = { model: 'gpt-realtime', voice: 'verse', difficulty: 'easy' }

describe('the figures', () => {
  it('are empty before the first credential', () => {
    const { by_voice, by_model, by_difficulty } = voiceStats().figures()
    assert.deepEqual([by_voice, by_model, by_difficulty], [{}, {}, {}])
  })

  it('count each credential once for its voice, its model and its difficulty', () => {
    const stats = voiceStats()
    stats.issued(SESSION, 100)
    stats.issued({ ...SESSION, voice: 'cedar' }, 100)
    stats.issued({ ...SESSION, difficulty: 'savage' }, 100)
    const { by_voice, by_model, by_difficulty } = stats.figures()
    assert.deepEqual([by_voice.verse?.requests, by_voice.cedar?.requests], [2, 1])
    assert.equal(by_model['gpt-realtime']?.requests, 3)
    assert.deepEqual([by_difficulty.easy?.requests, by_difficulty.savage?.requests], [2, 1])
  })

  it('have mint times by percentile, to two digits', () => {
    const stats = voiceStats()
    for (let ms = 1; ms <= 100; ms++) stats.issued(SESSION, ms)
    const times = stats.figures().by_voice.verse?.mint_ms
    assert.equal(times?.count, 100)
    for (const [at, ms] of [
      [times?.p50, 50],
      [times?.p95, 95],
      [times?.p99, 99],
    ] as const)
      assert.ok(at != null && Math.abs(at - ms) <= 1, `${at} instead of ${ms}`)
  })

  it('count a credential from the pool as a request, but have no mint time of it', () => {
    const stats = voiceStats()
    stats.issued(SESSION, undefined)
    assert.deepEqual(stats.figures().by_voice.verse, {
      requests: 1,
      mint_ms: { count: 0, p50: null, p95: null, p99: null },
    })
  })

  it('take any duration without an error', () => {
    const stats = voiceStats()
    for (const ms of [0, -1, 0.2, 1e9, Number.POSITIVE_INFINITY]) stats.issued(SESSION, ms)
    assert.equal(stats.figures().by_voice.verse?.mint_ms.count, 5)
  })

  it('take any name, those of every object included', () => {
    const stats = voiceStats()
    stats.issued({ ...SESSION, voice: 'constructor' }, 1)
    assert.equal(Object.entries(stats.figures().by_voice)[0]?.[1].requests, 1)
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MINUTE_MS, type VoiceStats, voiceStats, type WindowName } from './stats.ts'
import { windowReader } from './windows.ts'

const SESSION = { model: 'gpt-realtime', voice: 'verse', difficulty: 'easy', mode: undefined }
/** Noon. */
const NOON = 1_795_435_200_000

/** Stats with a clock that the test turns. */
function stage() {
  const clock = { now: NOON }
  const stats = voiceStats(() => clock.now)
  return { clock, stats }
}

async function requestsIn(stats: VoiceStats, window: WindowName): Promise<number> {
  const { figures } = await windowReader(stats, null)(window)
  return figures.by_voice.verse?.requests ?? 0
}

describe('the figures since start', () => {
  it('are empty before the first credential', () => {
    assert.deepEqual(Object.values(stage().stats.figures()), [{}, {}, {}, {}])
  })

  it('count each credential once for its voice, its model, its difficulty and its mode', () => {
    const { stats } = stage()
    stats.issued(SESSION, 100)
    stats.issued({ ...SESSION, voice: 'cedar', mode: 'debate' }, 100)
    stats.issued({ ...SESSION, difficulty: 'savage' }, 100)
    const { by_voice, by_model, by_difficulty, by_mode } = stats.figures()
    assert.deepEqual([by_voice.verse?.requests, by_voice.cedar?.requests], [2, 1])
    assert.equal(by_model['gpt-realtime']?.requests, 3)
    assert.deepEqual([by_difficulty.easy?.requests, by_difficulty.savage?.requests], [2, 1])
    assert.deepEqual([by_mode.none?.requests, by_mode.debate?.requests], [2, 1])
  })

  it('have mint times by percentile, to one percent', () => {
    const { stats } = stage()
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
    const { stats } = stage()
    stats.issued(SESSION, undefined)
    const { requests, mint_ms } = stats.figures().by_voice.verse ?? {}
    assert.deepEqual([requests, mint_ms], [1, { count: 0, p50: null, p95: null, p99: null }])
  })

  it('tell of reports what was reported, each turn by itself, and nothing of what was not', () => {
    const { stats } = stage()
    stats.reported(SESSION, {
      stats: { concealed_share: 0, rtt_ms: 40 },
      times: { click_to_connected_ms: 400, connected_to_first_audio_ms: 800, turn_gaps_ms: [500, 600, 700] },
      rating: 5,
    })
    stats.reported(SESSION, { rating: 2, comment: 'no' })
    const told = stats.figures().by_voice.verse
    assert.deepEqual(
      [told?.reports, told?.click_to_connected_ms.count, told?.first_audio_ms.count, told?.turn_gap_ms.count],
      [2, 1, 1, 3],
    )
    assert.deepEqual(told?.satisfaction, { count: 2, mean: 3.5, stars: [0, 1, 0, 0, 1] })
    assert.equal(told?.quality.count, 1)
    assert.ok(Math.abs((told?.quality.mos_mean ?? 0) - 4.41) < 0.01)
  })

  it('tell no score that is off the scale, and no time that is off its limits', () => {
    const { stats } = stage()
    const told = (voice: string) => stats.figures().by_voice[voice]
    const lost = { concealed_share: 1, rtt_ms: 5000 }
    stats.reported({ ...SESSION, voice: 'lost' }, { stats: lost, times: { turn_gaps_ms: [600_000] } })
    stats.reported({ ...SESSION, voice: 'clear' }, { stats: { concealed_share: 0 }, times: { turn_gaps_ms: [0] } })
    assert.equal(told('lost')?.quality.mos_p10, 1)
    assert.ok((told('clear')?.quality.mos_p10 ?? 5) <= 4.41)
    assert.deepEqual([told('lost')?.turn_gap_ms.p99, told('clear')?.turn_gap_ms.p50], [600_000, 0])
  })

  it('take any duration, and any name, those of every object included', () => {
    const { stats } = stage()
    for (const ms of [0, -1, 0.2, 1e9, Number.POSITIVE_INFINITY]) stats.issued({ ...SESSION, voice: 'constructor' }, ms)
    assert.equal(Object.entries(stats.figures().by_voice)[0]?.[1].mint_ms.count, 5)
  })

  it('forget nothing when minutes, hours and days go by', () => {
    const { clock, stats } = stage()
    for (let i = 0; i < 50; i++, clock.now += 61 * MINUTE_MS) stats.issued(SESSION, 100)
    assert.equal(stats.figures().by_voice.verse?.requests, 50)
  })
})

describe('the windows', () => {
  it('hold what was counted within them and drop it after', async () => {
    const { clock, stats } = stage()
    stats.issued(SESSION, 100)
    const counts = async () => [
      await requestsIn(stats, 'last_5_minutes'),
      await requestsIn(stats, 'last_hour'),
      await requestsIn(stats, 'last_day'),
    ]
    for (const [minutes, expected] of [
      [0, [1, 1, 1]],
      [4, [1, 1, 1]],
      [5, [0, 1, 1]],
      [59, [0, 1, 1]],
      [60, [0, 0, 1]],
      [23 * 60 + 59, [0, 0, 1]],
      [24 * 60, [0, 0, 0]],
    ] as const) {
      clock.now = NOON + minutes * MINUTE_MS
      assert.deepEqual(await counts(), expected, `after ${minutes} minutes`)
    }
  })

  it('count each credential once, whichever minute and hour it falls in', async () => {
    const { clock, stats } = stage()
    for (let i = 0; i < 600; i++, clock.now += MINUTE_MS) stats.issued(SESSION, undefined)
    clock.now -= 1
    assert.equal(await requestsIn(stats, 'last_5_minutes'), 5)
    assert.equal(await requestsIn(stats, 'last_hour'), 60)
    assert.equal(await requestsIn(stats, 'last_day'), 600)
  })

  it('are bounded however long the service runs', () => {
    const { clock, stats } = stage()
    for (let i = 0; i < 5000; i++, clock.now += MINUTE_MS) stats.issued(SESSION, 100)
    assert.ok(stats.slots('last_hour').length <= 60)
    assert.ok(stats.slots('last_day').length <= 25)
  })

  it('go on in the newest minute when the clock steps back', async () => {
    const { clock, stats } = stage()
    stats.issued(SESSION, 100)
    clock.now -= 10 * MINUTE_MS
    stats.issued(SESSION, 100)
    assert.equal(await requestsIn(stats, 'last_5_minutes'), 2)
  })
})

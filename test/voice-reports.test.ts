import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { ask, askToken } from './harness/ask.ts'
import { ALLOWED_ORIGIN, assertFailure, assertReadableBy, assertUnreadable } from './harness/failures.ts'
import { openMetrics } from './harness/prometheus.ts'
import { type RedisServer, startRedis } from './harness/redis.ts'
import { report, reportKey } from './harness/reports.ts'
import { type RunningService, startService } from './harness/service.ts'
import { serviceFor } from './harness/services.ts'
import { startUpstream, type Upstream } from './harness/upstream.ts'

const ADMIN_TOKEN = 'operators-only-0123456789'
const OPERATOR = { authorization: `Bearer ${ADMIN_TOKEN}` }
const FROM_ESPN = { origin: ALLOWED_ORIGIN }
const COMMENT = 'Parker never lets me finish; wombats.'
const FULL = {
  stats: {
    packets_received: 12_000,
    packets_lost: 12,
    jitter_ms: 3.1,
    rtt_ms: 42,
    jitter_buffer_ms: 60,
    concealed_share: 0.004,
  },
  times: { click_to_connected_ms: 412, connected_to_first_audio_ms: 690.5, turn_gaps_ms: [640, 900, 700] },
  duration_seconds: 184.2,
  ended: 'hung_up',
  rating: 5,
  comment: COMMENT,
}

let upstream: Upstream
before(async () => {
  upstream = await startUpstream()
})
after(() => upstream.close())

describe('a report on a call', () => {
  let service: RunningService
  before(async () => {
    service = await startService({ OPENAI_BASE_URL: upstream.baseUrl })
  })
  after(() => service.stop())

  it('is taken from a page with the key of its token, readable by the page, and has nothing to say', async () => {
    const { json } = await askToken(service.url, { voice: 'cedar', mode: 'debate' })
    const answer = await report(service.url, FULL, FROM_ESPN, json.report_key)
    assert.deepEqual([answer.status, answer.text], [204, ''])
    assertReadableBy(answer, ALLOWED_ORIGIN)
    assert.match(answer.headers.get('ratelimit') ?? '', /^"minute";r=\d+;t=\d+$/)
  })

  it('is one log line that names session, voice and figures, and does not hold the comment', async () => {
    const { json } = await askToken(service.url, { voice: 'marin', difficulty: 'savage' })
    const key = json.report_key
    await report(service.url, FULL, { 'x-request-id': 'report-1' }, key)
    const line = await service.logged(({ msg, request_id }) => msg === 'voice_report' && request_id === 'report-1')
    const { session_id, voice, difficulty, rating, ended, packets_lost, turns, turn_gap_ms, commented } = line
    assert.deepEqual(
      { session_id, voice, difficulty, rating, ended, packets_lost, turns, turn_gap_ms, commented },
      {
        session_id: json.session_id,
        voice: 'marin',
        difficulty: 'savage',
        rating: 5,
        ended: 'hung_up',
        packets_lost: 12,
        turns: 3,
        turn_gap_ms: 700,
        commented: true,
      },
    )
    for (const confidential of ['wombats', key]) assert.ok(!service.output().includes(confidential), confidential)
  })

  it('is counted by voice, model, difficulty, mode and how the call ended', async () => {
    const labels = {
      model: 'gpt-realtime',
      voice: 'sage',
      difficulty: 'expert',
      mode: 'none',
      ended: 'connection_lost',
    }
    await report(service.url, { ended: 'connection_lost' }, {}, reportKey({ voice: 'sage', difficulty: 'expert' }))
    const metrics = openMetrics((await ask(`${service.url}/metrics`)).text)
    assert.equal(metrics.value('parker_voice_reports_total', labels), 1)
  })

  it('makes times, score and rating metrics, in seconds', async () => {
    await report(service.url, FULL, {}, reportKey({ voice: 'alloy' }))
    const metrics = openMetrics((await ask(`${service.url}/metrics`)).text)
    const labels = { model: 'gpt-realtime', voice: 'alloy', difficulty: 'easy' }
    const value = (name: string, more = {}) => metrics.value(name, { ...labels, ...more })
    assert.equal(value('parker_voice_connect_duration_seconds_sum'), 0.412)
    assert.equal(value('parker_voice_first_audio_seconds_sum'), 0.6905)
    assert.equal(value('parker_voice_turn_gap_seconds_count'), 3)
    assert.equal(value('parker_voice_ratings_total', { rating: '5' }), 1)
    const mos = value('parker_voice_mos_sum') ?? 0
    assert.ok(mos > 4.2 && mos < 4.41, `${mos}`)
  })

  it('is taken once a session', async () => {
    const key = reportKey()
    assert.equal((await report(service.url, { rating: 1 }, {}, key)).status, 204)
    const second = await report(service.url, { rating: 5 }, {}, key)
    assertFailure(second, 401, 'ticket_used')
    assert.match(second.json.detail, /reported on before/)
  })

  it('that is not valid does not use up the key', async () => {
    const key = reportKey()
    assertFailure(await report(service.url, { rating: 6 }, {}, key), 422, 'validation_failed')
    assert.equal((await report(service.url, { rating: 5 }, {}, key)).status, 204)
  })

  const BAD: [what: string, body: unknown, path: string][] = [
    ['an unknown field', { mood: 'good' }, 'mood'],
    ['an unknown field of the statistics', { stats: { packets_sent: 1 } }, 'stats.packets_sent'],
    ['a number that is not finite', '{"stats":{"rtt_ms":1e999}}', 'stats.rtt_ms'],
    ['a negative number', { stats: { packets_lost: -1 } }, 'stats.packets_lost'],
    ['a share above 1', { stats: { concealed_share: 1.01 } }, 'stats.concealed_share'],
    ['a number as text', { duration_seconds: '12' }, 'duration_seconds'],
    ['a duration no call has', { duration_seconds: 7201 }, 'duration_seconds'],
    ['half a star', { rating: 4.5 }, 'rating'],
    ['an end that no call has', { ended: 'sold' }, 'ended'],
    ['more turns than a call has', { times: { turn_gaps_ms: Array(501).fill(1) } }, 'times.turn_gaps_ms'],
    ['too long a comment', { comment: 'x'.repeat(501) }, 'comment'],
    ['an empty comment', { comment: '' }, 'comment'],
    ['nothing at all', {}, ''],
  ]
  for (const [what, body, path] of BAD)
    it(`with ${what} is refused, and the field named`, async () => {
      const answer = await report(service.url, body)
      assertFailure(answer, 422, 'validation_failed')
      assert.deepEqual(
        answer.json.error.details.fields.map((field: { path: string }) => field.path),
        [path],
      )
    })

  it('takes a comment of 500 characters, whatever they are', async () => {
    for (const comment of ['x'.repeat(500), '🏀'.repeat(500), '<script>alert(1)</script>\u0000'])
      assert.equal((await report(service.url, { comment })).status, 204)
  })

  const KEYS: [what: string, headers: Record<string, string>][] = [
    ['no key', { authorization: '' }],
    ['a key that nobody signed', { authorization: `Bearer ${reportKey().slice(0, -43)}${'A'.repeat(43)}` }],
    ['a key for another session than it was signed for', { authorization: `Bearer ${swappedKey()}` }],
    ['a key of no length that we sign', { authorization: `Bearer rk_${'A'.repeat(4000)}.${'A'.repeat(43)}` }],
    ['something else than a key', { authorization: 'Basic abc' }],
  ]
  for (const [what, headers] of KEYS)
    it(`with ${what} is refused before its body is looked at`, async () => {
      const answer = await report(service.url, '{ not json', { ...FROM_ESPN, ...headers })
      assertFailure(answer, 401, 'unauthenticated')
      assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer/)
      assertReadableBy(answer, ALLOWED_ORIGIN)
    })

  it('is taken until its session must have ended, and not much longer', async () => {
    const now = Math.floor(Date.now() / 1000)
    const longest = 600 + 3600
    assert.equal((await report(service.url, FULL, {}, reportKey({ issuedAt: now - longest }))).status, 204)
    const late = await report(service.url, FULL, {}, reportKey({ issuedAt: now - longest - 1000 }))
    assertFailure(late, 401, 'ticket_expired')
  })

  it('is not taken from a foreign page, which may not read why', async () => {
    const answer = await report(service.url, FULL, { origin: 'https://malicious-site.com' })
    assertFailure(answer, 403, 'origin_not_allowed')
    assertUnreadable(answer)
    const referred = await report(service.url, FULL, { referer: 'https://malicious-site.com/' })
    assertFailure(referred, 403, 'referer_not_allowed')
  })

  it('passes the preflight of an allowed page', async () => {
    const headers = { ...FROM_ESPN, 'access-control-request-method': 'POST' }
    const answer = await ask(`${service.url}/v1/voice/reports`, { method: 'OPTIONS', headers })
    assert.equal(answer.status, 204)
    assert.match(answer.headers.get('access-control-allow-headers') ?? '', /Authorization/)
  })
})

describe('the rate of reports', () => {
  it('is that of tokens, in a window of its own, and bad keys have a lower one', async t => {
    const settings = { OPENAI_BASE_URL: upstream.baseUrl, RATE_LIMIT_PER_MINUTE: '3', TRUST_PROXY: '1' }
    const service = await serviceFor(t, settings)
    const from = (address: string) => ({ 'x-forwarded-for': address })
    for (let i = 0; i < 3; i++) await askToken(service.url, {}, from('203.0.113.1'))
    for (let i = 0; i < 3; i++)
      assert.equal((await report(service.url, FULL, from('203.0.113.1'))).status, 204, 'tokens count apart')
    const over = await report(service.url, FULL, from('203.0.113.1'))
    assertFailure(over, 429, 'rate_limited')
    assert.equal(over.headers.get('ratelimit-policy'), '"minute";q=3;w=60')
    const another = await report(service.url, FULL, from('203.0.113.2'))
    assert.equal(another.status, 204)
    for (let i = 0; i < 10; i++)
      assertFailure(await report(service.url, FULL, from('203.0.113.3'), 'rk_bad'), 401, 'unauthenticated')
    assertFailure(await report(service.url, FULL, from('203.0.113.3'), 'rk_bad'), 429, 'rate_limited')
  })
})

describe('reports with Redis', () => {
  let redis: RedisServer
  let pair: RunningService[]
  before(async () => {
    redis = await startRedis()
    const settings = { OPENAI_BASE_URL: upstream.baseUrl, REDIS_URL: redis.url, ADMIN_TOKEN }
    pair = await Promise.all([startService(settings), startService(settings)])
  })
  after(async () => {
    for (const service of pair) service.child.kill('SIGKILL')
    await redis.kill()
  })

  it('are taken once a session by all instances together; Redis holds a hash with an expiry, nothing else', async () => {
    const key = reportKey({ sessionId: 'sess_of_two' })
    const answers = await Promise.all(pair.map(({ url }) => report(url, FULL, {}, key)))
    assert.deepEqual(answers.map(({ status }) => status).toSorted(), [204, 401])
    const [name = '', ...more] = (await redis.ask('KEYS', 'parker:report:*')).split('\n')
    assert.deepEqual(more, [])
    assert.match(name, /^parker:report:[\w-]{43}$/)
    assert.equal(await redis.ask('GET', name), '1')
    const left = Number(await redis.ask('TTL', name))
    assert.ok(left > 3600 && left <= 6000, `${left} s`)
  })

  it('and credentials are told by each instance for all of them, and Redis gets no more than names and counts', async () => {
    const [one, other] = pair as [RunningService, RunningService]
    await askToken(one.url, { voice: 'marin', mode: 'hot_take' })
    await report(one.url, FULL, {}, reportKey({ voice: 'marin' }))
    await askToken(other.url, { voice: 'marin', instructions: 'Be a wombat.' })
    const read = async () => (await ask(`${other.url}/v1/voice/metrics`, { headers: OPERATOR })).json
    // An instance writes every ten seconds.
    while ((await read()).windows.last_hour.by_voice.marin.requests < 2) await sleep(200)
    const { instances, windows, by_voice } = await read()
    assert.equal(instances, 2)
    assert.equal(by_voice.marin.requests, 1, 'since start each instance counts for itself')
    for (const window of ['last_5_minutes', 'last_hour', 'last_day']) {
      const { requests, mint_ms, satisfaction } = windows[window].by_voice.marin
      assert.deepEqual([requests, mint_ms.count, satisfaction.count], [2, 2, 1], window)
    }
    const keys = (await redis.ask('KEYS', 'parker:voice:*')).split('\n')
    for (const key of keys) {
      assert.match(key, /^parker:voice:(minute|hour):\d+$/)
      assert.ok(Number(await redis.ask('TTL', key)) > 0, key)
      assert.doesNotMatch(await redis.ask('HVALS', key), /wombat|sess_|ek_|rk_/)
    }
  })

  it('are still taken once by each instance while Redis is away', async () => {
    const [one] = pair as [RunningService]
    await redis.kill()
    const key = reportKey()
    assert.equal((await report(one.url, FULL, {}, key)).status, 204)
    assertFailure(await report(one.url, FULL, {}, key), 401, 'ticket_used')
  })
})

/** One key's subject under another's signature. */
function swappedKey(): string {
  const [subject] = reportKey().split('.')
  const [, mac] = reportKey().split('.')
  return `${subject}.${mac}`
}

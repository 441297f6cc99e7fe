import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, describe, it } from 'node:test'
import { ask, askToken } from './harness/ask.ts'
import { takeTicket } from './harness/call-client.ts'
import { ADMIN_TOKEN, callsStage } from './harness/calls-stage.ts'
import { assertFailure } from './harness/failures.ts'
import { openMetrics, type Sample, type Series } from './harness/prometheus.ts'
import { sendBytes } from './harness/raw-http.ts'
import { type RunningService, startService } from './harness/service.ts'
import { goodSecret, healthy, openAiError, send, startUpstream, type Upstream } from './harness/upstream.ts'

// Models that no catalogue knows are used, so that no date changes their meaning.
const OPERATOR = { authorization: `Bearer ${ADMIN_TOKEN}` }

describe('/metrics', () => {
  let upstream: Upstream
  let service: RunningService
  before(async () => {
    upstream = await startUpstream()
    service = await startService({ OPENAI_BASE_URL: upstream.baseUrl, REALTIME_MODEL: 'model-a' })
  })
  beforeEach(() => upstream.behave(healthy))
  after(async () => {
    await service.stop()
    await upstream.close()
  })

  const read = async () => openMetrics((await ask(`${service.url}/metrics`)).text)

  /** How much a sample grew while something was done. */
  async function growth(sample: Sample, labels: Record<string, string>, work: () => Promise<unknown>): Promise<number> {
    const earlier = (await read()).value(sample, labels) ?? 0
    await work()
    return ((await read()).value(sample, labels) ?? 0) - earlier
  }

  it("is Prometheus's text format", async () => {
    const { status, headers } = await ask(`${service.url}/metrics`)
    assert.equal(status, 200)
    assert.match(headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/)
  })

  it('names everything parker_…, in base units, with help and a type', async () => {
    await askToken(service.url)
    const { families, samples } = await read()
    assert.ok(families.length > 20)
    for (const { name, type, help } of families) {
      assert.match(name, /^parker_[a-z0-9_]+$/)
      assert.ok(help.length > 0, `${name} has no help`)
      assert.match(type, /^(counter|gauge|histogram|summary)$/)
      assert.doesNotMatch(name, /_(ms|millis|milliseconds|micros|minutes|kb|kilobytes|mb|megabytes|percent)(_|$)/)
      if (type === 'counter') assert.match(name, /_total$/)
      if (type === 'histogram') assert.match(name, /_(seconds|bytes|mos)$/)
    }
    for (const { name } of samples) assert.match(name, /^parker_/)
  })

  it('counts requests by route and status, with their seconds', async () => {
    const labels = { route: '/v1/realtime/token', status: '200' }
    const token = () => askToken(service.url)
    assert.equal(await growth('parker_http_requests_total', labels, token), 1)
    const { route } = labels
    assert.equal(await growth('parker_http_request_duration_seconds_count', { route }, token), 1)
  })

  it('measures in seconds: a mint of a second adds 1 to what OpenAI took, and little to our own time', async () => {
    upstream.behave((_request, response) => void setTimeout(() => send(response, 200, goodSecret()), 1000))
    const token = () => askToken(service.url)
    const openAi = await growth('parker_openai_attempt_duration_seconds_sum', {}, token)
    assert.ok(openAi > 0.99 && openAi < 5, `${openAi} s`)
    const own = await growth('parker_token_own_duration_seconds_sum', {}, token)
    assert.ok(own >= 0 && own < 0.9, `${own} s`)
  })

  it('counts credentials by model, voice, difficulty and mode', async () => {
    const body = { voice: 'marin', difficulty: 'expert', mode: 'hot_take' }
    const labels = { model: 'model-a', ...body, pool: 'miss' }
    assert.equal(await growth('parker_tokens_issued_total', labels, () => askToken(service.url, body)), 1)
    const refused = () => askToken(service.url, { ...body, voice: 'nobody' })
    assert.equal(await growth('parker_tokens_issued_total', labels, refused), 0)
  })

  it('counts attempts at OpenAI by outcome, retries included', async () => {
    upstream.behave((_request, response, n) =>
      n === 0 ? send(response, 500, openAiError(null)) : send(response, 200, goodSecret()),
    )
    upstream.received.length = 0
    const failed = await growth('parker_openai_attempts_total', { outcome: 'upstream_unavailable' }, () =>
      askToken(service.url),
    )
    assert.equal(failed, 1)
    assert.equal(await growth('parker_openai_attempts_total', { outcome: 'ok' }, () => askToken(service.url)), 1)
  })

  const REFUSALS: [type: string, headers: Record<string, string>, body: unknown][] = [
    ['origin_not_allowed', { origin: 'https://malicious-site.com' }, {}],
    ['referer_not_allowed', { referer: 'https://malicious-site.com/' }, {}],
    ['validation_failed', {}, { voice: 'nobody' }],
    ['malformed_json', {}, '{'],
  ]
  for (const [type, headers, body] of REFUSALS)
    it(`counts a refusal as ${type}`, async () => {
      assert.equal(await growth('parker_errors_total', { type }, () => askToken(service.url, body, headers)), 1)
    })

  it('counts what cannot be read as HTTP, as any refusal', async () => {
    const nonsense = () => sendBytes(service.port, 'nonsense\r\n\r\n')
    assert.equal(await growth('parker_errors_total', { type: 'malformed_request' }, nonsense), 1)
    assert.equal(await growth('parker_http_requests_total', { route: 'none', status: '400' }, nonsense), 1)
  })

  it('tells whether OpenAI is connected', async () => {
    assert.equal((await read()).value('parker_openai_connected', {}), 1)
    upstream.behave((_request, response) => send(response, 401, openAiError('invalid_api_key')))
    await askToken(service.url)
    assert.equal((await read()).value('parker_openai_connected', {}), 0)
    upstream.behave(healthy)
    await askToken(service.url)
    assert.equal((await read()).value('parker_openai_connected', {}), 1)
  })

  it('tells the version', async () => {
    assert.equal((await read()).value('parker_build_info', { version: '1.0.0' }), 1)
  })

  it('has no label that a caller can fill with names of its own', async () => {
    const odd = async () => {
      const id = randomUUID()
      const headers = { 'x-request-id': id, 'user-agent': id, authorization: `Bearer ${id}` }
      await ask(`${service.url}/${id}?${id}`, { headers })
      await ask(`${service.url}/v1/realtime/${id}`, { method: 'DELETE', headers })
      await askToken(service.url, { [id]: id }, { ...headers, origin: `https://${id}.example` })
      await askToken(service.url, { voice: id, instructions: id }, headers)
      await askToken(service.url, { instructions: id, context: id }, headers)
    }
    await odd()
    await odd()
    const known = new Set((await read()).samples.map(seriesName))
    for (let n = 0; n < 10; n++) await odd()
    // Node's own resources have types of their own accord, whatever callers do.
    const added = (await read()).samples
      .map(seriesName)
      .filter(name => !known.has(name) && !name.startsWith('parker_nodejs_'))
    assert.deepEqual(added, [])
  })

  it('is open to all without ADMIN_TOKEN, and the start warns', async () => {
    assert.equal((await ask(`${service.url}/metrics`)).status, 200)
    assert.ok(service.logs().some(({ level, msg }) => level === 'warn' && /\/metrics is open/.test(msg)))
  })

  it('is 404 with METRICS_ENABLED=false, for operators too', async () => {
    const other = await startService({ OPENAI_BASE_URL: upstream.baseUrl, METRICS_ENABLED: 'false', ADMIN_TOKEN })
    assertFailure(await ask(`${other.url}/metrics`), 404, 'not_found')
    assertFailure(await ask(`${other.url}/metrics`, { headers: OPERATOR }), 404, 'not_found')
    await other.stop()
  })
})

describe('/v1/voice/metrics', () => {
  let upstream: Upstream
  let service: RunningService
  before(async () => {
    upstream = await startUpstream(
      (_request, response) => void setTimeout(() => send(response, 200, goodSecret()), 100),
    )
    service = await startService({
      OPENAI_BASE_URL: upstream.baseUrl,
      ADMIN_TOKEN,
      ALLOWED_MODELS: 'model-a,model-b',
      REALTIME_MODEL: 'model-a',
    })
  })
  after(async () => {
    await service.stop()
    await upstream.close()
  })

  const read = async () => (await ask(`${service.url}/v1/voice/metrics`, { headers: OPERATOR })).json

  it('counts requests and mint times by voice, model and difficulty', async () => {
    const began = performance.now()
    await askToken(service.url, { voice: 'verse', difficulty: 'easy' })
    await askToken(service.url, { voice: 'cedar', difficulty: 'savage' })
    await askToken(service.url, { voice: 'cedar', difficulty: 'expert', model: 'model-b' })
    await askToken(service.url, { voice: 'nobody' })
    const longest = performance.now() - began
    const { since, by_voice, by_model, by_difficulty } = await read()
    assert.ok(Date.parse(since) <= Date.now())
    assert.deepEqual(counts(by_voice), { verse: 1, cedar: 2 })
    assert.deepEqual(counts(by_model), { 'model-a': 2, 'model-b': 1 })
    assert.deepEqual(counts(by_difficulty), { easy: 1, savage: 1, expert: 1 })
    for (const { requests, mint_ms } of Object.values<Figures>(by_voice)) {
      assert.equal(mint_ms.count, requests)
      const { p50, p95, p99 } = mint_ms
      // The percentiles are exact to one percent.
      assert.ok(p50 >= 97 && p50 <= p95 && p95 <= p99 && p99 <= longest * 1.02, JSON.stringify(mint_ms))
    }
  })

  it('counts a warm credential as a request, and not as a mint', async () => {
    const warm = await startService({
      OPENAI_BASE_URL: upstream.baseUrl,
      ADMIN_TOKEN,
      POOL_ENABLED: 'true',
    })
    let asked = 0
    let hits = 0
    for (; hits === 0 && asked < 50; asked++) {
      const { headers } = await askToken(warm.url)
      if (/openai;dur=0(\.0)?$/.test(headers.get('server-timing') ?? '')) hits++
    }
    const { by_voice } = (await ask(`${warm.url}/v1/voice/metrics`, { headers: OPERATOR })).json
    assert.equal(by_voice.verse.requests, asked)
    assert.equal(by_voice.verse.mint_ms.count, asked - 1)
    await warm.stop()
  })

  it('counts a ticket of unified mode as neither warm nor cold, and not as a mint; its log line tells of no pool', async t => {
    const { service: unified } = await callsStage(t)
    await takeTicket(unified.url, { voice: 'cedar' })
    const { samples } = openMetrics((await ask(`${unified.url}/metrics`, { headers: OPERATOR })).text)
    const issued = samples.filter(({ name }) => name === 'parker_tokens_issued_total')
    assert.deepEqual(
      issued.map(({ labels, value }) => [labels.pool, value]),
      [['none', 1]],
    )
    const { by_voice } = (await ask(`${unified.url}/v1/voice/metrics`, { headers: OPERATOR })).json
    assert.deepEqual([by_voice.cedar.requests, by_voice.cedar.mint_ms.count], [1, 0])
    for (const msg of ['token_issued', 'request']) {
      const line = await unified.logged(line => line.msg === msg && line.voice === 'cedar')
      assert.ok(!('pool_hit' in line), JSON.stringify(line))
    }
  })

  it('is for operators only, like /metrics', async () => {
    for (const path of ['/v1/voice/metrics', '/metrics']) {
      assertFailure(await ask(service.url + path), 401, 'unauthenticated')
      const wrong = { authorization: `Bearer ${ADMIN_TOKEN}x` }
      assertFailure(await ask(service.url + path, { headers: wrong }), 401, 'unauthenticated')
      assert.equal((await ask(service.url + path, { headers: OPERATOR })).status, 200)
    }
  })

  it('is 404 where there are no operators', async () => {
    const other = await startService({ OPENAI_BASE_URL: upstream.baseUrl })
    assertFailure(await ask(`${other.url}/v1/voice/metrics`, { headers: OPERATOR }), 404, 'not_found')
    await other.stop()
  })
})

interface Figures {
  requests: number
  mint_ms: { count: number; p50: number; p95: number; p99: number }
}

const counts = (table: Record<string, Figures>) =>
  Object.fromEntries(Object.entries(table).map(([name, { requests }]) => [name, requests]))

/** Bucket by bucket a histogram is one series. */
const seriesName = ({ name, labels: { le: _bucket, ...labels } }: Series) => name + JSON.stringify(labels)

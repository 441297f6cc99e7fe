import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { ask, askToken } from './harness/ask.ts'
import { type RunningService, startService } from './harness/service.ts'
import { goodSecret, send, startUpstream, type Upstream } from './harness/upstream.ts'

const WARM = { POOL_ENABLED: 'true' }

const stats = async (service: RunningService) => (await ask(`${service.url}/`)).json.cache_stats
const timing = (headers: Headers) => headers.get('server-timing') ?? ''
const isWarm = (headers: Headers) => /openai;dur=0(\.0)?$/.test(timing(headers))

/** Resolves when the stand-in has been asked so often; each request is answered as it comes. */
function answeredSoOften(upstream: Upstream, times: number): Promise<void> {
  return new Promise(resolve => {
    upstream.behave((_request, response) => {
      response.once('finish', () => {
        if (upstream.received.length >= times) resolve()
      })
      send(response, 200, goodSecret())
    })
  })
}

describe('the pool of ready secrets', () => {
  let upstream: Upstream
  let service: RunningService
  before(async () => {
    upstream = await startUpstream()
    service = await startService({ ...WARM, OPENAI_BASE_URL: upstream.baseUrl })
  })
  after(async () => {
    await service.stop()
    await upstream.close()
  })

  it('makes the second and third of three identical requests warm, each with a secret of its own', async () => {
    const filled = answeredSoOften(upstream, 3)
    const first = await askToken(service.url)
    await filled
    await readyAtLeast(service, 2)
    const [second, third] = [await askToken(service.url), await askToken(service.url)]
    assert.deepEqual(
      [first, second, third].map(answer => isWarm(answer.headers)),
      [false, true, true],
    )
    const secrets = [first, second, third].map(answer => answer.json.client_secret)
    assert.equal(new Set(secrets).size, 3)
    for (const answer of [second, third]) assert.ok(answer.json.expires_in >= 120 && answer.json.expires_in <= 600)
    const { hits, misses, hit_rate, minted } = await stats(service)
    assert.deepEqual([hits, misses], [2, 1])
    assert.equal(hit_rate, 2 / 3)
    assert.ok(minted >= 2)
  })

  it('sends for its own mints byte for byte what the request sent', async () => {
    const before = upstream.received.length
    const filled = answeredSoOften(upstream, before + 3)
    await askToken(service.url, { voice: 'cedar', mode: 'debate', sport: 'golf' })
    await filled
    const bodies = upstream.received.slice(before).map(request => request.body)
    assert.equal(new Set(bodies).size, 1)
    const kept = ['authorization', 'content-type', 'openai-organization', 'openai-project', 'openai-safety-identifier']
    const heads = upstream.received.slice(before).map(({ headers }) => JSON.stringify(kept.map(name => headers[name])))
    assert.equal(new Set(heads).size, 1)
  })

  it('logs a warm issue as a pool hit, with the mint that made it', async () => {
    await readyAtLeast(service, 1)
    const answer = await askToken(service.url)
    const id = answer.headers.get('x-request-id')
    const line = await service.logged(one => one.msg === 'token_issued' && one.request_id === id)
    assert.equal(line.pool_hit, true)
    assert.match(String(line.mint_id), /^pool-/)
  })
})

/** Resolves when so many secrets are ready; asks as often as it takes. */
async function readyAtLeast(service: RunningService, number: number): Promise<void> {
  while ((await stats(service)).entries < number) await new Promise(setImmediate)
}

describe('the pool', () => {
  it('keeps the secret of a caller that hung up for the next one who asks for the same, be it for the first time', async () => {
    const upstream = await startUpstream()
    const service = await startService({ ...WARM, OPENAI_BASE_URL: upstream.baseUrl })
    const body = { instructions: 'Words of my own.' }

    const hangUp = new AbortController()
    const held = new Promise<() => void>(resolve => {
      upstream.behave((_request, response) =>
        resolve(() => send(response, 200, goodSecret({ value: 'ek_left_behind' }))),
      )
    })
    const gone = fetch(`${service.url}/v1/realtime/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-request-id': 'the-one-that-left' },
      body: JSON.stringify(body),
      signal: hangUp.signal,
    }).catch(() => 'gone')
    const answer = await held
    hangUp.abort()
    assert.equal(await gone, 'gone')
    await service.logged(line => line.request_id === 'the-one-that-left' && line.status === 499)
    answer()
    await readyAtLeast(service, 1)
    assert.equal((await askToken(service.url, body)).json.client_secret, 'ek_left_behind')
    await service.stop()
    await upstream.close()
  })

  it('starts no mint of its own while OpenAI fails, and the breaker does not hear of those that failed', async () => {
    const upstream = await startUpstream()
    const service = await startService({
      ...WARM,
      OPENAI_BASE_URL: upstream.baseUrl,
      CIRCUIT_FAILURE_THRESHOLD: '2',
      UPSTREAM_MAX_RETRIES: '0',
    })
    let calls = 0
    const poolFailed = new Promise<void>(resolve => {
      upstream.behave((request, response) => {
        calls++
        if (!String(request.headers['x-client-request-id']).startsWith('pool-'))
          return send(response, 200, goodSecret())
        send(response, 500, {})
        if (calls >= 2) response.once('finish', () => resolve())
      })
    })
    assert.equal((await askToken(service.url)).status, 200)
    await poolFailed
    await service.logged(line => line.msg === 'openai_attempt' && String(line.request_id).startsWith('pool-'))
    for (let i = 0; i < 3; i++) assert.equal((await askToken(service.url)).status, 200)
    assert.equal((await stats(service)).minted, 0)
    await service.stop()
    await upstream.close()
  })

  it('lets no request wait for its mints beyond the deadline, however long one attempt may take', async () => {
    const upstream = await startUpstream()
    const service = await startService({
      ...WARM,
      OPENAI_BASE_URL: upstream.baseUrl,
      UPSTREAM_TIMEOUT_MS: '600000',
      UPSTREAM_DEADLINE_MS: '500',
    })
    upstream.behave(() => {})
    // The second one takes a mint that the pool began for the first.
    const answers = await Promise.race([
      Promise.all([askToken(service.url), askToken(service.url)]),
      new Promise<never[]>(resolve => setTimeout(resolve, 20_000, [])),
    ])
    assert.deepEqual(
      answers.map(({ json }) => json.error.type),
      ['upstream_timeout', 'upstream_timeout'],
    )
    await service.stop()
    await upstream.close()
  })

  it('is off where secrets live too short, and the start says so', async () => {
    const upstream = await startUpstream()
    const service = await startService({ ...WARM, OPENAI_BASE_URL: upstream.baseUrl, TOKEN_TTL_SECONDS: '20' })
    await service.logged(line => line.msg.includes('pool of ready secrets is off'))
    await askToken(service.url)
    await askToken(service.url)
    assert.equal(upstream.received.length, 2)
    await service.stop()
    await upstream.close()
  })
})

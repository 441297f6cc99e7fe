import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, it, type TestContext } from 'node:test'
import { type Answered, ask, askToken } from './harness/ask.ts'
import { assertFailure } from './harness/failures.ts'
import { freePort } from './harness/free-port.ts'
import { openMetrics } from './harness/prometheus.ts'
import { type RedisServer, type SlowWay, slowWayTo, startRedis } from './harness/redis.ts'
import { API_KEY, type RunningService, startService } from './harness/service.ts'
import { healthy, openAiError, send, startUpstream, type Upstream } from './harness/upstream.ts'

const INSTRUCTIONS = 'Speak of nothing but wombats.'
/** Longer than any recovery takes on a busy machine, milliseconds. */
const RECOVERY_MS = 15_000

const times = <T>(n: number, act: (i: number) => T) => Array.from({ length: n }, (_, i) => act(i))
const count = (answers: Answered[], wanted: number | string) =>
  answers.filter(({ status, json }) => status === wanted || json?.error?.type === wanted).length

/** Addresses are told apart by `X-Forwarded-For`; each test uses clients of its own. */
let clients = 0
const newClient = () => `198.18.${++clients >> 8}.${clients & 255}`

const from = (client: string, service: RunningService, body: unknown = {}) =>
  askToken(service.url, body, { 'x-forwarded-for': client })

/** So many requests of one client at once, in turn to one service and the next. */
const burst = (services: RunningService[], client: string, requests: number) =>
  Promise.all(times(requests, i => from(client, services[i % services.length] as RunningService)))

const quotaOf = ({ headers }: Answered) => Number(/q=(\d+)/.exec(headers.get('ratelimit-policy') ?? '')?.[1])

/** Asks as one new client after another until an answer tells of this quota. */
async function untilQuota(service: RunningService, quota: number): Promise<void> {
  for (const end = performance.now() + RECOVERY_MS; ; ) {
    const found = quotaOf(await from(newClient(), service))
    if (found === quota) return
    assert.ok(performance.now() < end, `still a quota of ${found} in place of ${quota}`)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

async function fallbacks(service: RunningService): Promise<number> {
  const { text } = await ask(`${service.url}/metrics`)
  return openMetrics(text).value('parker_store_fallbacks_total', {}) ?? 0
}

const isSaidAlone = ({ msg }: { msg: string }) => msg.startsWith('Limits are counted in memory')

async function saidAloneOnce(service: RunningService): Promise<void> {
  await service.logged(isSaidAlone)
  assert.equal(service.logs().filter(isSaidAlone).length, 1)
}

/**
 * Acts with services that share their limits, of so many a minute. Anew, after `begin`, where it failed on a machine too
 * busy for Redis to answer in time: then an instance rightly counts alone for a while.
 */
async function whileShared(
  services: RunningService[],
  quota: number,
  act: () => Promise<void>,
  begin: () => Promise<void> = async () => {},
): Promise<void> {
  const countedAlone = async () => (await Promise.all(services.map(fallbacks))).reduce((sum, n) => sum + n)
  for (let tries = 1; ; tries++) {
    const before = await countedAlone()
    try {
      return await act()
    } catch (error) {
      if (tries === 5 || (await countedAlone()) === before) throw error
    }
    for (const service of services) await untilQuota(service, quota)
    await begin()
  }
}

let upstream: Upstream

before(async () => {
  upstream = await startUpstream()
})
after(() => upstream.close())

/** Not asked to stop: an end in good order takes half a second, and is proved elsewhere. */
const start = (settings: Record<string, string>) =>
  startService({ OPENAI_BASE_URL: upstream.baseUrl, TRUST_PROXY: '1', UPSTREAM_MAX_RETRIES: '0', ...settings })

async function startFor(t: TestContext, settings: Record<string, string>): Promise<RunningService> {
  const service = await start(settings)
  t.after(() => service.child.kill('SIGKILL'))
  return service
}

describe('two instances with one Redis', () => {
  const LIMITS = { RATE_LIMIT_PER_MINUTE: '30', RATE_LIMIT_PER_DAY: '20', RATE_LIMIT_GLOBAL_PER_DAY: '50' }
  let redis: RedisServer
  let pair: [RunningService, RunningService]

  before(async () => {
    redis = await startRedis()
    const settings = { REDIS_URL: redis.url, ...LIMITS }
    pair = await Promise.all([start(settings), start(settings)])
  })
  after(async () => {
    for (const service of pair) service.child.kill('SIGKILL')
    await redis.kill()
  })
  beforeEach(begin)

  async function begin(): Promise<void> {
    upstream.behave(healthy)
    await redis.ask('FLUSHALL')
  }

  /** A promise of what is counted together. */
  const together = (promise: string, act: () => Promise<void>) =>
    it(promise, () => whileShared(pair, Number(LIMITS.RATE_LIMIT_PER_MINUTE), act, begin))

  together('let exactly the global limit pass for all clients together', async () => {
    const answers = (await Promise.all(times(5, () => burst(pair, newClient(), 16)))).flat()
    assert.deepEqual([count(answers, 200), count(answers, 'budget_exhausted')], [50, 30])
  })

  together('count a client’s refused requests of one instance in the other', async () => {
    const client = newClient()
    const [one, other] = pair
    await Promise.all(times(30, () => from(client, one, { voice: 'nobody' })))
    assertFailure(await from(client, other), 429, 'rate_limited')
  })

  together('ask Redis once for each request', async () => {
    await burst(pair, newClient(), 4)
    await redis.ask('CONFIG', 'RESETSTAT')
    await burst(pair, newClient(), 18)
    const stats = await redis.ask('INFO', 'commandstats')
    const calls = Object.fromEntries(
      [...stats.matchAll(/cmdstat_([\w|]+):calls=(\d+)/g)].map(([, name, n]) => [name, Number(n)]),
    )
    assert.deepEqual([calls.evalsha, calls.eval], [18, undefined])
    // What the script calls in Redis itself costs no round trip; beside it there are only pings and this test's commands.
    const INSIDE = ['incr', 'pttl', 'pexpire', 'expire', 'time', 'get']
    const others = Object.keys(calls).filter(
      name => ![...INSIDE, 'evalsha', 'ping', 'info', 'config|resetstat'].includes(name),
    )
    assert.deepEqual(others, [])
  })

  it('go on after Redis has forgotten the scripts, without counting alone', async () => {
    const before = await fallbacks(pair[0])
    await redis.ask('SCRIPT', 'FLUSH')
    const answers = await burst(pair, newClient(), 18)
    assert.equal(count(answers, 200), 18)
    for (const answer of answers) assert.equal(quotaOf(answer), 30)
    assert.equal(await fallbacks(pair[0]), before)
  })

  together('give back to the day’s limits what a failure at OpenAI did not use', async () => {
    const client = newClient()
    upstream.behave((_request, response) => send(response, 500, openAiError('server_error')))
    assert.equal(count(await burst(pair, client, 15), 502), 15)
    while (/\d*[1-9]/.test(await redis.ask('EVAL', VALUES_OF_DAYS, '0')));
    upstream.behave(healthy)
    assert.equal(count(await burst(pair, client, 15), 200), 15)
  })

  together('give back what a caller who hung up did not get', async () => {
    const held = Promise.withResolvers<() => void>()
    upstream.behave((request, response) => held.resolve(() => void healthy(request, response, 0)))
    const caller = new AbortController()
    const init = { method: 'POST', headers: { 'x-forwarded-for': newClient() }, signal: caller.signal }
    const refused = assert.rejects(fetch(`${pair[0].url}/v1/realtime/token`, init))
    const answer = await held.promise
    caller.abort()
    await refused
    answer()
    while (/\d*[1-9]/.test(await redis.ask('EVAL', VALUES_OF_DAYS, '0')));
  })

  it('give every key a prefix and an expiry, and keep nothing there that is confidential', async () => {
    const monitor = await redis.monitor()
    const client = newClient()
    const body = { instructions: INSTRUCTIONS, context: 'Echidna 7, Platypus 3' }
    const answers = await Promise.all(times(12, i => from(client, pair[i % 2] as RunningService, body)))
    upstream.behave((_request, response) => send(response, 500, openAiError('server_error')))
    await Promise.all(times(4, i => from(client, pair[i % 2] as RunningService, body)))
    upstream.behave(healthy)
    const keys: [string, number, string][] = JSON.parse(await redis.ask('EVAL', ALL_KEYS, '0'))
    monitor.stop()
    assert.equal(keys.length, 3, 'a minute, a day of the client, a day of all')
    for (const [key, left] of keys) {
      assert.match(key, /^parker:(minute:[\w-]+|day:\d+(:[\w-]+)?)$/)
      assert.ok(left > 0 && left <= 2 * 86_400_000, `${key} lasts ${left} ms`)
    }
    const told = `${JSON.stringify(keys)}\n${monitor.lines().join('\n')}`
    assert.ok(told.includes('evalsha') || told.includes('EVALSHA'), 'the commands were seen')
    const secrets = answers.map(({ json }) => json.client_secret)
    for (const confidential of [...secrets, API_KEY, client, 'wombats', 'Echidna', 'ek_', 'Bearer'])
      assert.ok(!told.includes(confidential), `${confidential} is in Redis`)
  })

  it('are ready, and say that the store is up', async () => {
    for (const { url } of pair) {
      assert.deepEqual((await ask(`${url}/readyz`)).json, { status: 'ready' })
      assert.equal(openMetrics((await ask(`${url}/metrics`)).text).value('parker_store_up', {}), 1)
    }
  })
})

/** The counters of the days, one after the other. */
const VALUES_OF_DAYS =
  "local all = {} for i, key in ipairs(redis.call('KEYS', 'parker:day:*')) do all[i] = redis.call('GET', key) end return table.concat(all, ' ')"
/** Each key with its milliseconds to live and its value, as JSON. */
const ALL_KEYS =
  "local all = {} for i, key in ipairs(redis.call('KEYS', '*')) do all[i] = {key, redis.call('PTTL', key), redis.call('GET', key)} end return cjson.encode(all)"

const HALVES = { RATE_LIMIT_PER_MINUTE: '9', RATE_LIMIT_PER_DAY: '6', RATE_LIMIT_GLOBAL_PER_DAY: '15' }

describe('a Redis that was never reached', { concurrency: 3 }, () => {
  it('leaves the instance not ready, and it says why', async t => {
    const service = await startFor(t, { REDIS_URL: `redis://127.0.0.1:${await freePort()}` })
    const { status, json } = await ask(`${service.url}/readyz`)
    assert.equal(status, 503)
    assert.equal(json.status, 'not_ready')
    assert.match(json.reason, /REDIS_URL/)
    assert.equal((await ask(`${service.url}/healthz`)).status, 200)
    await service.logged(
      ({ level, msg }) => level === 'warn' && /^Not ready: the store \(REDIS_URL\) does not answer\.$/.test(msg),
    )
  })

  it('leaves half of each limit, rounded up, counted in memory', async t => {
    const service = await startFor(t, { REDIS_URL: `redis://127.0.0.1:${await freePort()}`, ...HALVES })
    const one = await burst([service], newClient(), 8)
    assert.deepEqual([count(one, 200), count(one, 'budget_exhausted'), count(one, 'rate_limited')], [3, 2, 3])
    assert.deepEqual(new Set(one.map(quotaOf)), new Set([5]))
    const many = (await Promise.all(times(3, () => burst([service], newClient(), 3)))).flat()
    assert.equal(count(many, 200), 8 - 3)
    await saidAloneOnce(service)
    assert.equal(await fallbacks(service), 17)
  })

  it('is not what a Redis is that takes no writes: its reason is told, and half of each limit is left', async t => {
    const redis = await startRedis()
    t.after(() => redis.kill())
    const service = await startFor(t, { REDIS_URL: redis.url, ...HALVES, RATE_LIMIT_GLOBAL_PER_DAY: '' })
    await untilQuota(service, 9)
    await redis.ask('REPLICAOF', '127.0.0.1', String(await freePort()))
    await untilQuota(service, 5)
    await service.logged(({ msg }) => /^Limits are counted in memory.*refuses us: READONLY\.$/.test(msg))
    assert.equal((await ask(`${service.url}/readyz`)).status, 200)
    await redis.ask('REPLICAOF', 'NO', 'ONE')
    await untilQuota(service, 9)
  })

  it('makes it ready once it is there', async t => {
    const redis = await startRedis()
    t.after(() => redis.kill())
    await redis.kill()
    const service = await startFor(t, { REDIS_URL: redis.url, ...HALVES, RATE_LIMIT_GLOBAL_PER_DAY: '' })
    assert.equal((await ask(`${service.url}/readyz`)).status, 503)
    await redis.start()
    await untilQuota(service, 9)
    assert.equal((await ask(`${service.url}/readyz`)).status, 200)
  })

  it('is what a wrong password makes of it, and the password shows nowhere', async t => {
    const redis = await startRedis(['--requirepass', 'the-right-password'])
    t.after(() => redis.kill())
    const service = await startFor(t, { REDIS_URL: `redis://:the-wrong-password@127.0.0.1:${redis.port}` })
    const ready = await ask(`${service.url}/readyz`)
    assert.deepEqual([ready.status, ready.json.status], [503, 'not_ready'])
    assert.match(ready.json.reason, /refuses us: WRONGPASS\.$/)
    assert.equal((await from(newClient(), service)).status, 200)
    const { msg } = await service.logged(({ msg }) => msg.startsWith('Limits are counted in memory'))
    assert.match(msg, /refuses us: WRONGPASS\.$/)
    assert.ok(!`${service.output()}${ready.text}`.includes('-password'))
  })

  it('is none where its address comes from a file, password and all', async t => {
    const folder = mkdtempSync(join(tmpdir(), 'parker-redis-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const redis = await startRedis(['--requirepass', 'the-right-password'])
    t.after(() => redis.kill())
    const file = join(folder, 'url')
    writeFileSync(file, `redis://:the-right-password@127.0.0.1:${redis.port}\n`)
    const service = await startFor(t, { REDIS_URL_FILE: file, ...HALVES, RATE_LIMIT_GLOBAL_PER_DAY: '' })
    await untilQuota(service, 9)
    assert.equal((await ask(`${service.url}/readyz`)).status, 200)
    assert.ok(!service.output().includes('the-right-password'))
  })
})

describe('a Redis that goes away', { concurrency: 3 }, () => {
  const SETTINGS = { ...HALVES, RATE_LIMIT_PER_DAY: '', RATE_LIMIT_GLOBAL_PER_DAY: '' }

  /** A service that shares its limits, with its Redis, and a way between them that can become slow. */
  async function stage(t: TestContext) {
    const redis = await startRedis()
    t.after(() => redis.kill())
    const way = await slowWayTo(redis.port)
    t.after(() => way.close())
    const service = await startFor(t, { REDIS_URL: `redis://127.0.0.1:${way.port}`, ...SETTINGS })
    await untilQuota(service, 9)
    return { redis, way, service }
  }

  const FAULTS: Record<
    string,
    { harm(redis: RedisServer, way: SlowWay): unknown; mend(redis: RedisServer, way: SlowWay): unknown }
  > = {
    'killed with -9': { harm: redis => redis.kill(), mend: redis => redis.start() },
    'paused with SIGSTOP': { harm: redis => redis.pause(), mend: redis => redis.resume() },
    'slower than a caller would bear': {
      harm: (_redis, way) => {
        way.delayMs = 600
      },
      mend: (_redis, way) => {
        way.delayMs = 0
      },
    },
  }

  for (const [name, { harm, mend }] of Object.entries(FAULTS))
    it(`leaves half of each limit while it is ${name}, and all of it by itself afterwards`, async t => {
      const { redis, way, service } = await stage(t)
      await harm(redis, way)
      const asked = performance.now()
      const answers: Answered[] = []
      for (let i = 0; i < 60; i++) answers.push(await from(newClient(), service))
      const took = performance.now() - asked
      assert.equal(count(answers, 200), 60, 'callers notice nothing')
      assert.deepEqual(new Set(answers.map(quotaOf)), new Set([5]))
      // Sixty waits of the store's 250 ms would take fifteen seconds: only the first caller and one a second wait.
      assert.ok(took < 14_000, `sixty requests took ${took} ms`)
      assert.equal(count(await burst([service], newClient(), 8), 200), 5)
      assert.equal((await ask(`${service.url}/readyz`)).status, 200, 'still ready')
      await saidAloneOnce(service)
      assert.ok((await fallbacks(service)) >= 20)
      assert.equal(openMetrics((await ask(`${service.url}/metrics`)).text).value('parker_store_up', {}), 0)

      await mend(redis, way)
      await untilQuota(service, 9)
      await whileShared([service], 9, async () => {
        assert.equal(count(await burst([service], newClient(), 12), 200), 9)
      })
      assert.equal(openMetrics((await ask(`${service.url}/metrics`)).text).value('parker_store_up', {}), 1)
    })

  it('forgets nothing over a pause: what was used before counts after', async t => {
    const { redis, service } = await stage(t)
    const client = newClient()
    assert.equal(count(await burst([service], client, 9), 200), 9)
    redis.pause()
    assert.equal(count(await burst([service], client, 9), 200), 5)
    redis.resume()
    await untilQuota(service, 9)
    assert.equal(count(await burst([service], client, 3), 200), 0)
  })
})

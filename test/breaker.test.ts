import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Answered, ask, askToken } from './harness/ask.ts'
import { assertFailure } from './harness/failures.ts'
import { startService } from './harness/service.ts'
import { type Behaviour, goodSecret, healthy, openAiError, send, startUpstream } from './harness/upstream.ts'

type Scene = Awaited<ReturnType<typeof scene>>

/** A service of the test's own, whose breaker opens at the third failure and that never retries, and its OpenAI. */
async function scene(t: TestContext, settings: Record<string, string> = {}, probeStatus = 200) {
  let probes = 0
  const waiting = new Set<() => void>()
  const upstream = await startUpstream(healthy, (_request, response) => {
    send(response, probeStatus, { object: 'list', data: [] })
    probes++
    for (const look of waiting) look()
  })
  const service = await startService({
    OPENAI_BASE_URL: upstream.baseUrl,
    POOL_ENABLED: 'false',
    UPSTREAM_MAX_RETRIES: '0',
    CIRCUIT_FAILURE_THRESHOLD: '3',
    CIRCUIT_RESET_SECONDS: '60',
    SHUTDOWN_GRACE_SECONDS: '1',
    ...settings,
  })
  t.after(async () => {
    await service.stop()
    await upstream.close()
  })
  return {
    ...service,
    upstream,
    tokenWhile(behaviour: Behaviour): Promise<Answered> {
      upstream.behave(behaviour)
      return askToken(service.url)
    },
    /** Resolves when this many more probes have been answered. */
    probed(more: number): Promise<void> {
      const goal = probes + more
      return new Promise(resolve => waiting.add(() => probes >= goal && resolve()))
    },
  }
}

const refuse =
  (status: number, code: string | null = null): Behaviour =>
  (_request, response) =>
    send(response, status, openAiError(code))

/** A behaviour that answers only when told to, and a promise of its first request. */
function holding() {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<{ answer(): void }>()
  const behave: Behaviour = (_request, response) => arrive({ answer: () => send(response, 200, goodSecret()) })
  return { arrived, behave }
}

function assertOpen(answer: Answered, resetSeconds = 60): void {
  assertFailure(answer, 503, 'circuit_open')
  const wait = Number(answer.headers.get('retry-after'))
  assert.ok(wait >= 1 && wait <= resetSeconds, `Retry-After: ${wait}`)
}

async function repeat(times: number, act: () => Promise<unknown>): Promise<void> {
  for (let i = 0; i < times; i++) await act()
}

/** Long enough that a slow machine asks twice within it. */
const RESET_SECONDS = 3

const untilReset = () => sleep(RESET_SECONDS * 1000 + 100)

/** A breaker that was opened so long ago that its next request is a trial. */
async function readyForTrial(t: TestContext): Promise<Scene> {
  const service = await scene(t, { CIRCUIT_FAILURE_THRESHOLD: '1', CIRCUIT_RESET_SECONDS: String(RESET_SECONDS) })
  await service.tokenWhile(refuse(500))
  assertOpen(await askToken(service.url), RESET_SECONDS)
  await untilReset()
  return service
}

suite('the circuit breaker', { concurrency: 4 }, () => {
  test('after the threshold of failures in a row everything fails fast, and OpenAI is left alone', async t => {
    const { url, upstream, tokenWhile, logged } = await scene(t)
    await repeat(3, async () => assertFailure(await tokenWhile(refuse(500)), 502, 'upstream_unavailable'))
    upstream.behave(healthy)
    for (const answer of await Promise.all(Array.from({ length: 10 }, () => askToken(url)))) assertOpen(answer)
    assert.equal(upstream.received.length, 3)
    assert.equal((await ask(`${url}/healthz`)).status, 200)
    await logged(({ level, msg }) => level === 'warn' && msg.startsWith('The circuit breaker is open'))
  })

  test('network errors, time-outs, 401, 403 of the key, 429 and 5xx all count', async t => {
    const failing: Behaviour[] = [401, 403, 429, 500, 502, 503].map(status => refuse(status))
    failing.push((_request, response) => void response.socket?.destroy())
    failing.push(() => {})
    const settings = { CIRCUIT_FAILURE_THRESHOLD: String(failing.length), UPSTREAM_TIMEOUT_MS: '1000' }
    const { tokenWhile } = await scene(t, settings)
    for (const behaviour of failing) {
      const { json } = await tokenWhile(behaviour)
      assert.notEqual(json.error.type, 'circuit_open')
    }
    assertOpen(await tokenWhile(healthy))
  })

  test("a caller's own mistakes, flagged content, a lack of money and nonsense never count", async t => {
    const { tokenWhile } = await scene(t)
    const innocent = [
      refuse(400),
      refuse(404, 'model_not_found'),
      refuse(404),
      refuse(422),
      refuse(402),
      refuse(429, 'insufficient_quota'),
      refuse(429, 'credit_balance_exhausted'),
      refuse(403, 'content_policy_violation'),
      refuse(418),
    ]
    for (const behaviour of innocent)
      await repeat(4, async () => {
        const { json } = await tokenWhile(behaviour)
        assert.notEqual(json.error.type, 'circuit_open')
      })
    assert.equal((await tokenWhile(healthy)).status, 200)
  })

  test('only failures in a row count: a success starts the count anew', async t => {
    const { tokenWhile } = await scene(t)
    await repeat(4, async () => {
      await repeat(2, () => tokenWhile(refuse(500)))
      assert.equal((await tokenWhile(healthy)).status, 200)
    })
  })

  test('requests that never reach OpenAI do not count', async t => {
    const { url, tokenWhile } = await scene(t)
    await repeat(2, () => tokenWhile(refuse(500)))
    await repeat(5, () => askToken(url, { voice: 'robot' }))
    await repeat(5, () => askToken(url, {}, { origin: 'https://malicious-site.com' }))
    assert.equal((await tokenWhile(healthy)).status, 200)
  })

  test('the caller whose attempt opened it gets its own error and no further try', async t => {
    const settings = { UPSTREAM_MAX_RETRIES: '5', CIRCUIT_FAILURE_THRESHOLD: '2' }
    const { upstream, tokenWhile } = await scene(t, settings)
    const failing: Behaviour = (_request, response) => send(response, 500, {}, { 'retry-after-ms': '1' })
    assertFailure(await tokenWhile(failing), 502, 'upstream_unavailable')
    assert.equal(upstream.received.length, 2)
    assertOpen(await tokenWhile(healthy))
    assert.equal(upstream.received.length, 2)
  })

  test('requests already at OpenAI when it opens keep their own answers, and do not close it', async t => {
    const { url, upstream, tokenWhile } = await scene(t)
    const answers: (() => void)[] = []
    const { promise: allThere, resolve } = Promise.withResolvers<void>()
    upstream.behave((_request, response, n) => {
      answers.push(() => (n % 2 ? send(response, 200, goodSecret()) : send(response, 500, {})))
      if (answers.length === 10) resolve()
    })
    const asked = Array.from({ length: 10 }, () => askToken(url))
    await allThere
    await repeat(3, () => tokenWhile(refuse(500)))
    assertOpen(await askToken(url))
    for (const answer of answers) answer()
    const statuses = (await Promise.all(asked)).map(({ status }) => status).sort()
    assert.deepEqual(statuses, [200, 200, 200, 200, 200, 502, 502, 502, 502, 502])
    assertOpen(await askToken(url))
  })

  test('after CIRCUIT_RESET_SECONDS one request is the trial, and the others are refused meanwhile', async t => {
    const { url, upstream } = await readyForTrial(t)
    const { arrived, behave } = holding()
    const start = upstream.received.length
    upstream.behave(behave)
    const trial = askToken(url)
    const { answer } = await arrived
    for (const other of await Promise.all([1, 2, 3].map(() => askToken(url)))) assertOpen(other, RESET_SECONDS)
    answer()
    assert.equal((await trial).status, 200)
    assert.equal(upstream.received.length - start, 1)
    upstream.behave(healthy)
    for (const { status } of await Promise.all([1, 2, 3].map(() => askToken(url)))) assert.equal(status, 200)
  })

  test('a trial that fails gets its own error and opens it again', async t => {
    const { url, tokenWhile, logged } = await readyForTrial(t)
    assertFailure(await tokenWhile(refuse(503)), 503, 'upstream_overloaded')
    assertOpen(await tokenWhile(healthy), RESET_SECONDS)
    await untilReset()
    assert.equal((await askToken(url)).status, 200)
    await logged(({ level, msg }) => level === 'info' && msg.startsWith('The circuit breaker is closed'))
  })

  test('a trial that shows OpenAI answering, if only to refuse its caller, closes it', async t => {
    const { tokenWhile } = await readyForTrial(t)
    assertFailure(await tokenWhile(refuse(400)), 400, 'upstream_rejected')
    assert.equal((await tokenWhile(healthy)).status, 200)
  })

  test('a trial whose caller hangs up decides all the same', async t => {
    const { url, upstream } = await readyForTrial(t)
    const { arrived, behave } = holding()
    upstream.behave(behave)
    const leave = new AbortController()
    const gone = fetch(`${url}/v1/realtime/token`, { method: 'POST', signal: leave.signal })
    const { answer } = await arrived
    leave.abort()
    await assert.rejects(gone)
    upstream.behave(healthy)
    answer()
    const deadline = performance.now() + 5000
    let status = 0
    // The trial's end cannot be seen from outside but by asking.
    while (status !== 200 && performance.now() < deadline) status = (await askToken(url)).status
    assert.equal(status, 200)
  })

  test('probes that fail do not open it', async t => {
    const settings = { HEALTH_CHECK_INTERVAL: '1', CIRCUIT_FAILURE_THRESHOLD: '2' }
    const { probed, tokenWhile } = await scene(t, settings, 500)
    await probed(2)
    assert.equal((await tokenWhile(healthy)).status, 200)
  })

  test('probes that succeed do not close it', async t => {
    const { probed, tokenWhile } = await scene(t, { HEALTH_CHECK_INTERVAL: '1', CIRCUIT_FAILURE_THRESHOLD: '1' })
    await tokenWhile(refuse(500))
    await probed(2)
    assertOpen(await tokenWhile(healthy))
  })
})

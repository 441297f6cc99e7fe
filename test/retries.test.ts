import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ErrorType } from '../packages/server/src/errors.ts'
import { type Answered, askToken } from './harness/ask.ts'
import { assertFailure } from './harness/failures.ts'
import { type RunningService, startService } from './harness/service.ts'
import {
  type Behaviour,
  goodSecret,
  healthy,
  openAiError,
  type Received,
  send,
  startUpstream,
  type Upstream,
} from './harness/upstream.ts'

let upstream: Upstream
/** Two retries, as by default. */
let service: RunningService
/** Gives an attempt 500 ms and all of them together 1,800. */
let hurried: RunningService
let noRetries: RunningService
let fourRetries: RunningService

/** What OpenAI does with the attempts of one request, by its id; the last behaviour stays. */
const scripts = new Map<string, Behaviour[]>()
let ids = 0

before(async () => {
  upstream = await startUpstream((request, response, n) => {
    const id = idOf(request)
    const before = attempts(id).length - 1
    const script = scripts.get(id) ?? [healthy]
    return script[Math.min(before, script.length - 1)]?.(request, response, n)
  })
  const common = { OPENAI_BASE_URL: upstream.baseUrl, POOL_ENABLED: 'false', SHUTDOWN_GRACE_SECONDS: '1' }
  ;[service, hurried, noRetries, fourRetries] = await Promise.all([
    startService(common),
    startService({ ...common, UPSTREAM_TIMEOUT_MS: '500', UPSTREAM_DEADLINE_MS: '1800', UPSTREAM_MAX_RETRIES: '10' }),
    startService({ ...common, UPSTREAM_MAX_RETRIES: '0' }),
    startService({ ...common, UPSTREAM_MAX_RETRIES: '4' }),
  ])
})

after(async () => {
  await Promise.all([service, hurried, noRetries, fourRetries].map(one => one.stop()))
  await upstream.close()
})

const idOf = ({ headers }: Received) => String(headers['x-client-request-id'])
const attempts = (id: string) => upstream.received.filter(request => idOf(request) === id)

interface Told {
  answer: Answered
  /** Requests that OpenAI saw. */
  count: number
  /** Milliseconds until the answer. */
  took: number
}

/** Asks for a token while OpenAI follows a script of its own for this request. */
async function tell(script: Behaviour[], asked = service): Promise<Told> {
  const id = `retry-${++ids}`
  scripts.set(id, script)
  const started = performance.now()
  const answer = await askToken(asked.url, {}, { 'x-request-id': id })
  return { answer, count: attempts(id).length, took: performance.now() - started }
}

/** So that a test does not wait for the random pause. */
const AT_ONCE = { 'retry-after-ms': '1' }

const refuse =
  (status: number, headers: Record<string, string> = AT_ONCE, code: string | null = null): Behaviour =>
  (_request, response) =>
    send(response, status, openAiError(code), headers)

const hangUp: Behaviour = (_request, response) => void response.socket?.destroy()

const RETRIED: [name: string, behave: Behaviour, ours: number, type: ErrorType][] = [
  ['408', refuse(408), 504, 'upstream_timeout'],
  ['409', refuse(409), 502, 'upstream_unavailable'],
  ['429', refuse(429), 429, 'upstream_rate_limited'],
  ['500', refuse(500), 502, 'upstream_unavailable'],
  ['502', refuse(502), 502, 'upstream_unavailable'],
  ['503', refuse(503), 503, 'upstream_overloaded'],
  ['504', refuse(504), 502, 'upstream_unavailable'],
  ['599', refuse(599), 502, 'upstream_unavailable'],
  ['a broken connection', hangUp, 502, 'upstream_unavailable'],
]

suite('retries', { concurrency: 4 }, () => {
  test('what may pass is tried again twice and then answered with its own error', async () => {
    await Promise.all(
      RETRIED.map(async ([name, behave, ours, type]) => {
        const { answer, count } = await tell([behave])
        assertFailure(answer, ours, type)
        assert.equal(count, 3, name)
      }),
    )
  })

  test('a success on the last try is a success', async () => {
    await Promise.all(
      RETRIED.map(async ([name, behave]) => {
        const { answer, count } = await tell([behave, behave, healthy])
        assert.deepEqual([answer.status, count], [200, 3], name)
      }),
    )
  })

  test('the error answered is that of the last attempt', async () => {
    const { answer, count } = await tell([refuse(500), refuse(503), refuse(429)])
    assertFailure(answer, 429, 'upstream_rate_limited')
    assert.equal(count, 3)
  })

  test('a refusal that will not pass ends the retries', async () => {
    const { answer, count } = await tell([refuse(500), refuse(400), healthy])
    assertFailure(answer, 400, 'upstream_rejected')
    assert.equal(count, 2)
  })

  test('an attempt that stays unanswered is tried again', async () => {
    const { answer, count } = await tell([() => {}, healthy], hurried)
    assert.deepEqual([answer.status, count], [200, 2])
  })

  const NOT_RETRIED = [300, 302, 400, 401, 402, 403, 404, 405, 410, 418, 422, 600]

  test('what will not pass is asked once', async () => {
    await Promise.all(
      NOT_RETRIED.map(async status => {
        const { answer, count } = await tell([refuse(status)])
        assert.notEqual(answer.status, 200)
        assert.equal(count, 1, String(status))
      }),
    )
  })

  test('nonsense is asked for once', async () => {
    const nonsense: Behaviour[] = [
      (_request, response) => send(response, 200, '{}'),
      (_request, response) => send(response, 200, goodSecret({ expires_at: 0 })),
      (_request, response) => void response.socket?.end('no HTTP\r\n\r\n'),
    ]
    for (const behave of nonsense) {
      const { answer, count } = await tell([behave])
      assertFailure(answer, 502, 'upstream_invalid')
      assert.equal(count, 1)
    }
  })

  test('a lack of money is asked about once, whatever OpenAI says about trying again', async () => {
    const codes = ['insufficient_quota', 'credit_balance_exhausted', 'project_spend_limit_exceeded']
    for (const headers of [AT_ONCE, { ...AT_ONCE, 'x-should-retry': 'true' }])
      for (const behave of [...codes.map(code => refuse(429, headers, code)), refuse(402, headers)]) {
        const { answer, count } = await tell([behave])
        assertFailure(answer, 503, 'insufficient_quota')
        assert.equal(count, 1)
      }
  })

  test('x-should-retry decides before the status does', async () => {
    for (const status of [408, 409, 429, 500, 503]) {
      const { count } = await tell([refuse(status, { ...AT_ONCE, 'x-should-retry': 'false' })])
      assert.equal(count, 1, `${status} and false`)
    }
    for (const status of [400, 401, 404, 422]) {
      const { count } = await tell([refuse(status, { ...AT_ONCE, 'x-should-retry': 'true' })])
      assert.equal(count, 3, `${status} and true`)
    }
    for (const word of ['TRUE?', '1', '']) {
      const { count } = await tell([refuse(400, { ...AT_ONCE, 'x-should-retry': word })])
      assert.equal(count, 1, `400 and ${word}`)
    }
  })

  test('UPSTREAM_MAX_RETRIES says how often: 0 is never, 4 is four times', async () => {
    assert.equal((await tell([refuse(500)], noRetries)).count, 1)
    assert.equal((await tell([refuse(500)], fourRetries)).count, 5)
  })

  const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toUTCString()

  test('retry-after-ms and retry-after, in seconds or as a date, are waited for', async () => {
    const waits: [Record<string, string>, atLeast: number][] = [
      [{ 'retry-after-ms': '900' }, 890],
      [{ 'retry-after': '1' }, 990],
      [{ 'retry-after': '0.9' }, 890],
      // The date has whole seconds, so that up to one of the two is lost.
      [{ 'retry-after': inSeconds(2) }, 500],
      [{ 'retry-after-ms': '900', 'retry-after': '60' }, 890],
    ]
    await Promise.all(
      waits.map(async ([headers, atLeast]) => {
        const { answer, count, took } = await tell([refuse(503, headers), healthy])
        assert.deepEqual([answer.status, count], [200, 2], JSON.stringify(headers))
        assert.ok(took >= atLeast && took < 8000, `${JSON.stringify(headers)}: ${took} ms`)
      }),
    )
  })

  test('a retry-after that makes no sense is as good as none', async () => {
    const senseless = ['soon', '-5', '', 'NaN', '1e9', inSeconds(-3600), 'x'.repeat(1000)]
    await Promise.all(
      senseless.map(async value => {
        const { answer, count } = await tell([refuse(503, { 'retry-after': value }), healthy])
        assert.deepEqual([answer.status, count], [200, 2], value)
      }),
    )
  })

  test('a wait that would pass the deadline is not begun: the error is answered at once, with the wait', async () => {
    const waits: [Record<string, string>, atLeast: number][] = [
      [{ 'retry-after': '30' }, 30],
      [{ 'retry-after-ms': '30000' }, 30],
      [{ 'retry-after': inSeconds(30) }, 28],
      [{ 'retry-after': '999999999' }, 30],
    ]
    for (const [headers, atLeast] of waits) {
      const { answer, count, took } = await tell([refuse(429, headers)])
      assertFailure(answer, 429, 'upstream_rate_limited')
      assert.equal(count, 1)
      assert.ok(Number(answer.headers.get('retry-after')) >= atLeast, `${answer.headers.get('retry-after')}`)
      assert.ok(took < 5000, `${took} ms`)
    }
  })

  test('the deadline holds for all attempts together, and OpenAI never answering is upstream_timeout', async () => {
    const { answer, count, took } = await tell([() => {}], hurried)
    assertFailure(answer, 504, 'upstream_timeout')
    assert.ok(count >= 2 && count <= 4, `${count} attempts`)
    assert.ok(took < 6000, `${took} ms`)
  })

  test('errors up to the deadline end in the error, with fewer retries than allowed', async () => {
    const { answer, count } = await tell([refuse(500, { 'retry-after-ms': '700' })], hurried)
    assertFailure(answer, 502, 'upstream_unavailable')
    assert.ok(count === 2 || count === 3, `${count} attempts`)
  })

  test('a deadline shorter than the time of one attempt ends that attempt', async () => {
    const short = await startService({
      OPENAI_BASE_URL: upstream.baseUrl,
      POOL_ENABLED: 'false',
      UPSTREAM_DEADLINE_MS: '300',
      UPSTREAM_TIMEOUT_MS: '60000',
    })
    try {
      const { answer, count } = await tell([() => {}], short)
      assertFailure(answer, 504, 'upstream_timeout')
      assert.equal(count, 1)
    } finally {
      await short.stop()
    }
  })

  /** Asks, and hangs up during the wait after OpenAI's first refusal. */
  async function hangUpWhileWaiting(id: string): Promise<void> {
    const leave = new AbortController()
    scripts.set(id, [refuse(503, { 'retry-after-ms': '400' })])
    const headers = { 'x-request-id': id }
    const gone = fetch(`${service.url}/v1/realtime/token`, { method: 'POST', headers, signal: leave.signal })
    await Promise.race([service.logged(line => line.msg === 'openai_attempt' && line.request_id === id), gone])
    leave.abort()
    await assert.rejects(gone)
  }

  test('a caller that hangs up during a wait cancels the attempts to come', async () => {
    await hangUpWhileWaiting('caller-that-left')
    // Begun later and made to wait longer: when this one has its answer, the other's wait would long be over.
    const stayed = await tell([refuse(503, { 'retry-after-ms': '500' })])
    assert.equal(stayed.count, 3)
    assert.equal(attempts('caller-that-left').length, 1)
  })

  test('a caller that hung up has its line in the log all the same', { timeout: 20_000 }, async () => {
    await hangUpWhileWaiting('caller-in-the-log')
    const line = service.logged(({ msg, request_id }) => msg === 'request' && request_id === 'caller-in-the-log')
    const late = sleep(5000, undefined, { ref: false }).then(() => assert.fail('no line within 5 s'))
    assert.equal((await Promise.race([line, late])).status, 499)
  })

  test('every attempt of a request carries its id to OpenAI, the same one, and the same body', async () => {
    const id = 'my.own-request_id'
    scripts.set(id, [refuse(500)])
    await askToken(service.url, { sport: 'golf' }, { 'x-request-id': id })
    const seen = attempts(id)
    assert.equal(seen.length, 3)
    assert.equal(new Set(seen.map(({ body }) => body)).size, 1)
    const made = (await askToken(service.url)).headers.get('x-request-id')
    assert.equal(attempts(String(made)).length, 1)
  })
})

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { describe, it, type TestContext } from 'node:test'
import { type Answered, askToken } from './harness/ask.ts'
import type { RunningService } from './harness/service.ts'
import { serviceFor } from './harness/services.ts'
import {
  type Behaviour,
  goodSecret,
  healthy,
  openAiError,
  send,
  startUpstream,
  type Upstream,
} from './harness/upstream.ts'

const DAY_SECONDS = 86_400
const ADMIN = 'an-operators-token'

interface Stage {
  upstream: Upstream
  service: RunningService
}

/** A stand-in and a service in front of it, for one test. Clients are told apart by `X-Forwarded-For`. */
async function stage(t: TestContext, settings: Record<string, string>, behaviour: Behaviour = healthy): Promise<Stage> {
  const upstream = await startUpstream(behaviour)
  t.after(() => upstream.close())
  const common = {
    OPENAI_BASE_URL: upstream.baseUrl,
    TRUST_PROXY: '1',
    UPSTREAM_MAX_RETRIES: '0',
  }
  return { upstream, service: await serviceFor(t, { ...common, ...settings }) }
}

const as = (client: number): Record<string, string> => ({ 'x-forwarded-for': `198.51.100.${client}` })
const times = <T>(n: number, act: (i: number) => T) => Array.from({ length: n }, (_, i) => act(i))
const statuses = (answers: Answered[]) => answers.map(({ status }) => status).sort()
const typesOf = (answers: Answered[]) => answers.map(({ json }) => json.error?.type ?? 'ok').sort()

/** Holds every mint until the test lets it go. */
function heldMints() {
  const arrivals = new EventEmitter()
  const held: ServerResponse[] = []
  let atOnce = 0
  let working = 0
  return {
    behaviour: ((_request, response) => {
      working++
      atOnce = Math.max(atOnce, working)
      held.push(response)
      arrivals.emit('arrival')
    }) satisfies Behaviour,
    held,
    /** The most that were ever held at once. */
    most: () => atOnce,
    /** Resolves when so many are held. */
    async arrived(count: number) {
      while (held.length < count) await once(arrivals, 'arrival')
    },
    /** Answers the one held longest. */
    release(status = 200) {
      working--
      const response = held.shift()
      if (response) send(response, status, status === 200 ? goodSecret() : openAiError('server_error'))
    },
  }
}

/** Asks for a token and hangs up when told to; resolves when the service has noticed. */
function impatient(service: RunningService, client: number) {
  const hangUp = new AbortController()
  const id = randomUUID()
  const request = fetch(`${service.url}/v1/realtime/token`, {
    method: 'POST',
    headers: { ...as(client), 'x-request-id': id },
    signal: hangUp.signal,
  }).catch(() => {})
  return async () => {
    hangUp.abort()
    await request
    await service.logged(line => line.request_id === id && line.msg === 'request')
  }
}

/** Sees how many requests of a client the service has taken in, by what its answers to bad ones say is left. */
function witness(service: RunningService, client: number) {
  let own = 0
  return async (others: number) => {
    for (let seen = -1; seen < others; ) {
      const { headers } = await askToken(service.url, { voice: 'nobody' }, as(client))
      own++
      const [, limit, remaining] =
        /q=(\d+);.*r=(\d+)/.exec(`${headers.get('ratelimit-policy')}${headers.get('ratelimit')}`) ?? []
      seen = Number(limit) - Number(remaining) - own
    }
  }
}

describe('the rate of a client', { concurrency: 4 }, () => {
  it('is ten a minute: of twelve rapid requests ten succeed and two are refused', async t => {
    const { service, upstream } = await stage(t, { RATE_LIMIT_PER_MINUTE: '', RATE_LIMIT_BURST: '' })
    const earliest = Date.now()
    const answers = await Promise.all(times(12, () => askToken(service.url, {}, as(1))))
    const served = answers.filter(({ status }) => status === 200)
    const refused = answers.filter(({ status }) => status === 429)
    assert.deepEqual([served.length, refused.length, upstream.received.length], [10, 2, 10])

    for (const { headers } of answers) assert.equal(headers.get('ratelimit-policy'), '"minute";q=10;w=60')
    const left = answers.map(({ headers }) => /^"minute";r=(\d+);t=(\d+)$/.exec(headers.get('ratelimit') ?? ''))
    assert.deepEqual(
      left.map(match => Number(match?.[1])).sort((a, b) => b - a),
      [9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0, 0],
    )
    for (const match of left) assert.ok(Number(match?.[2]) >= 30 && Number(match?.[2]) <= 60, match?.[0])
    for (const { headers } of served) assert.equal(headers.get('retry-after'), null)

    for (const { headers, json } of refused) {
      const seconds = Number(headers.get('retry-after'))
      assert.match(headers.get('ratelimit') ?? '', new RegExp(`^"minute";r=0;t=${seconds}$`))
      const { code, type, message, retry_after, details } = json.error
      assert.deepEqual([code, type, retry_after], [429, 'rate_limited', seconds])
      assert.equal(message, 'Rate limit exceeded. Please try again later.')
      assert.equal(json.detail, message)
      assert.deepEqual([details.limit, details.remaining], [10, 0])
      assert.match(details.reset_time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
      const reset = Date.parse(details.reset_time)
      assert.ok(reset >= earliest + 59_000 && reset <= Date.now() + 60_000, details.reset_time)
    }
  })

  it('is its own: another client has ten more', async t => {
    const { service } = await stage(t, { RATE_LIMIT_PER_MINUTE: '2' })
    const answers = await Promise.all(times(6, i => askToken(service.url, {}, as(i % 2))))
    assert.deepEqual(statuses(answers), [200, 200, 200, 200, 429, 429])
  })

  it('counts requests whatever becomes of them', async t => {
    const { service, upstream } = await stage(t, { RATE_LIMIT_PER_MINUTE: '3' })
    upstream.behave((_request, response) => send(response, 500, openAiError('server_error')))
    const answers = [
      await askToken(service.url, {}, as(1)),
      await askToken(service.url, { voice: 'nobody' }, as(1)),
      await askToken(service.url, '{', as(1)),
      await askToken(service.url, {}, as(1)),
    ]
    assert.deepEqual(
      answers.map(({ status }) => status),
      [502, 422, 422, 429],
    )
  })

  it('does not hold for operators', async t => {
    const { service } = await stage(t, { RATE_LIMIT_PER_MINUTE: '1', RATE_LIMIT_PER_DAY: '1', ADMIN_TOKEN: ADMIN })
    const headers = { ...as(1), authorization: `Bearer ${ADMIN}` }
    const answers = await Promise.all(times(5, () => askToken(service.url, {}, headers)))
    assert.deepEqual(statuses(answers), [200, 200, 200, 200, 200])
    assert.equal((await askToken(service.url, {}, as(1))).status, 200)
  })
})

describe('the burst of a client', { concurrency: 4 }, () => {
  it('is worked on five at a time: eight at once all succeed', async t => {
    const mints = heldMints()
    const { service } = await stage(t, { RATE_LIMIT_BURST: '' }, mints.behaviour)
    const answers = Promise.all(times(8, () => askToken(service.url, {}, as(1))))
    await mints.arrived(5)
    const other = askToken(service.url, {}, as(2))
    await mints.arrived(6)
    assert.equal(mints.held.length, 6)
    for (let answered = 0; answered < 9; answered++) {
      await mints.arrived(1)
      mints.release()
    }
    assert.deepEqual(
      statuses([...(await answers), await other]),
      times(9, () => 200),
    )
    assert.ok(mints.most() <= 6, `${mints.most()} at once: five of the one client and one of the other`)
  })

  it('is served in the order of asking', async t => {
    const mints = heldMints()
    const { service, upstream } = await stage(t, { RATE_LIMIT_BURST: '1' }, mints.behaviour)
    const takenIn = witness(service, 1)
    const ids = times(4, i => `request-${i}`)
    const answers = []
    for (const id of ids) {
      answers.push(askToken(service.url, {}, { ...as(1), 'x-request-id': id }))
      await takenIn(answers.length)
    }
    for (let answered = 0; answered < 4; answered++) {
      await mints.arrived(1)
      mints.release()
    }
    assert.deepEqual(statuses(await Promise.all(answers)), [200, 200, 200, 200])
    assert.deepEqual(
      upstream.received.map(({ headers }) => headers['x-client-request-id']),
      ids,
    )
  })

  it('waits no longer than the deadline: who has had no turn by then is refused', async t => {
    const settings = { RATE_LIMIT_BURST: '1', UPSTREAM_TIMEOUT_MS: '500', UPSTREAM_DEADLINE_MS: '900' }
    const { service, upstream } = await stage(t, settings, () => {})
    const answers = await Promise.all(times(5, () => askToken(service.url, {}, as(1))))
    const late = answers.filter(({ status }) => status === 429)
    assert.ok(late.length >= 1 && upstream.received.length === 5 - late.length, typesOf(answers).join())
    for (const { json, headers } of late) {
      assert.equal(json.error.type, 'rate_limited')
      assert.ok(Number(headers.get('retry-after')) >= 1)
      assert.deepEqual([json.error.details.limit, json.error.details.remaining], [1, 0])
    }
    assert.deepEqual(new Set(typesOf(answers)), new Set(['rate_limited', 'upstream_timeout']))
  })

  it('gives the place of a caller who hung up while waiting to the next', async t => {
    const mints = heldMints()
    const { service, upstream } = await stage(t, { RATE_LIMIT_BURST: '1' }, mints.behaviour)
    const first = askToken(service.url, {}, as(1))
    await mints.arrived(1)
    const hangUp = impatient(service, 1)
    await witness(service, 1)(2)
    await hangUp()
    const last = askToken(service.url, {}, { ...as(1), 'x-request-id': 'the-last' })
    mints.release()
    await mints.arrived(1)
    assert.equal(upstream.received[1]?.headers['x-client-request-id'], 'the-last')
    mints.release()
    assert.deepEqual(statuses([await first, await last]), [200, 200])
    assert.equal(upstream.received.length, 2)
  })

  it('gives the turn of a caller who hung up at work to the next, once OpenAI has answered', async t => {
    const mints = heldMints()
    const { service } = await stage(t, { RATE_LIMIT_BURST: '1' }, mints.behaviour)
    const hangUp = impatient(service, 1)
    await mints.arrived(1)
    await hangUp()
    const next = askToken(service.url, {}, as(1))
    mints.release()
    await mints.arrived(1)
    mints.release()
    assert.equal((await next).status, 200)
  })
})

const secondsToMidnight = () => DAY_SECONDS - (Math.floor(Date.now() / 1000) % DAY_SECONDS)

function assertExhausted({ status, json, headers }: Answered, limit: number): void {
  assert.equal(status, 429)
  const { type, details, retry_after } = json.error
  assert.equal(type, 'budget_exhausted')
  assert.equal(Number(headers.get('retry-after')), retry_after)
  assert.ok(Math.abs(retry_after - secondsToMidnight()) <= 5, `Retry-After: ${retry_after}`)
  assert.deepEqual([details.limit, details.remaining], [limit, 0])
  assert.match(details.reset_time, /T00:00:00Z$/)
}

describe('the day of a client', { concurrency: 4 }, () => {
  it('has so many credentials, until midnight UTC', async t => {
    const { service, upstream } = await stage(t, { RATE_LIMIT_PER_DAY: '3' })
    const answers = await Promise.all(times(8, () => askToken(service.url, {}, as(1))))
    assert.equal(answers.filter(({ status }) => status === 200).length, 3)
    for (const answer of answers.filter(({ status }) => status !== 200)) assertExhausted(answer, 3)
    assert.equal(upstream.received.length, 3)
    assert.equal((await askToken(service.url, {}, as(2))).status, 200)
  })

  it('is not used up by requests that got no credential', async t => {
    const { service, upstream } = await stage(t, { RATE_LIMIT_PER_DAY: '1' })
    const failures: [status: number, Behaviour][] = [
      [502, (_request, response) => send(response, 500, openAiError('server_error'))],
      [400, (_request, response) => send(response, 400, openAiError(null))],
      [502, (_request, response) => send(response, 200, '<html>')],
      [502, (_request, response) => response.destroy()],
    ]
    for (const [status, behaviour] of failures) {
      upstream.behave(behaviour)
      assert.equal((await askToken(service.url, {}, as(1))).status, status)
    }
    const mistakes: [status: number, body: unknown, headers: Record<string, string>][] = [
      [422, { voice: 'nobody' }, {}],
      [422, '{', {}],
      [413, { context: 'x'.repeat(65_536) }, {}],
      [415, 'v=0', { 'content-type': 'application/sdp' }],
    ]
    for (const [status, body, headers] of mistakes)
      assert.equal((await askToken(service.url, body, { ...as(1), ...headers })).status, status)
    upstream.behave(healthy)
    assert.equal((await askToken(service.url, {}, as(1))).status, 200)
    assertExhausted(await askToken(service.url, {}, as(1)), 1)
  })

  it('is not used up by a caller who hung up before the credential was there', async t => {
    const mints = heldMints()
    const { service, upstream } = await stage(t, { RATE_LIMIT_PER_DAY: '1' }, mints.behaviour)
    const hangUp = impatient(service, 1)
    await mints.arrived(1)
    await hangUp()
    mints.release()
    upstream.behave(healthy)
    assert.equal((await askToken(service.url, {}, as(1))).status, 200)
    assertExhausted(await askToken(service.url, {}, as(1)), 1)
  })

  it('is not used up by a caller who hung up while waiting for a turn', async t => {
    const mints = heldMints()
    const settings = { RATE_LIMIT_PER_DAY: '2', RATE_LIMIT_BURST: '1' }
    const { service, upstream } = await stage(t, settings, mints.behaviour)
    const first = askToken(service.url, {}, as(1))
    await mints.arrived(1)
    const hangUp = impatient(service, 1)
    await witness(service, 1)(2)
    await hangUp()
    mints.release()
    assert.equal((await first).status, 200)
    upstream.behave(healthy)
    assert.equal((await askToken(service.url, {}, as(1))).status, 200)
    assertExhausted(await askToken(service.url, {}, as(1)), 2)
  })

  it('is reserved first: requests under way count, and what fails comes back', async t => {
    const mints = heldMints()
    const { service } = await stage(t, { RATE_LIMIT_PER_DAY: '1' }, mints.behaviour)
    const first = askToken(service.url, {}, as(1))
    await mints.arrived(1)
    assertExhausted(await askToken(service.url, {}, as(1)), 1)
    mints.release(500)
    assert.equal((await first).status, 502)
    const second = askToken(service.url, {}, as(1))
    await mints.arrived(1)
    mints.release()
    assert.equal((await second).status, 200)
  })
})

describe('the day of all together', { concurrency: 4 }, () => {
  it('has so many credentials, whoever gets them; operators take none', async t => {
    const { service } = await stage(t, { RATE_LIMIT_GLOBAL_PER_DAY: '4', ADMIN_TOKEN: ADMIN })
    const operator = { authorization: `Bearer ${ADMIN}` }
    assert.equal((await askToken(service.url, {}, operator)).status, 200)
    const answers = await Promise.all(times(9, i => askToken(service.url, {}, as(i))))
    assert.equal(answers.filter(({ status }) => status === 200).length, 4)
    for (const answer of answers.filter(({ status }) => status !== 200)) assertExhausted(answer, 4)
    assert.equal((await askToken(service.url, {}, operator)).status, 200)
  })

  it('is given back what failed and what nobody waited for', async t => {
    const mints = heldMints()
    const { service, upstream } = await stage(t, { RATE_LIMIT_GLOBAL_PER_DAY: '1' }, mints.behaviour)
    const failed = askToken(service.url, {}, as(1))
    await mints.arrived(1)
    mints.release(500)
    assert.equal((await failed).status, 502)
    const hangUp = impatient(service, 2)
    await mints.arrived(1)
    await hangUp()
    mints.release()
    upstream.behave(healthy)
    assert.equal((await askToken(service.url, {}, as(3))).status, 200)
    assertExhausted(await askToken(service.url, {}, as(4)), 1)
  })
})

describe('the load', { concurrency: 4 }, () => {
  it('over MAX_IN_FLIGHT is refused at once, while the others are still under way', async t => {
    const mints = heldMints()
    const { service, upstream } = await stage(t, { MAX_IN_FLIGHT: '2' }, mints.behaviour)
    const working = times(2, i => askToken(service.url, {}, as(i)))
    await mints.arrived(2)
    // These come back though nothing has been released.
    for (const { status, json, headers } of await Promise.all(times(5, i => askToken(service.url, {}, as(10 + i))))) {
      assert.deepEqual([status, json.error.type], [503, 'overloaded'])
      assert.ok(Number(headers.get('retry-after')) >= 1)
      assert.equal(json.error.retry_after, Number(headers.get('retry-after')))
    }
    assert.equal(upstream.received.length, 2)
    mints.release()
    mints.release()
    assert.deepEqual(statuses(await Promise.all(working)), [200, 200])
    upstream.behave(healthy)
    assert.equal((await askToken(service.url, {}, as(10))).status, 200)
  })

  it('is refused at once also to a client with requests of its own under way', async t => {
    const mints = heldMints()
    const { service } = await stage(t, { MAX_IN_FLIGHT: '1', RATE_LIMIT_BURST: '1' }, mints.behaviour)
    const working = askToken(service.url, {}, as(1))
    await mints.arrived(1)
    const refused = await askToken(service.url, {}, as(1))
    assert.deepEqual([refused.status, refused.json.error.type], [503, 'overloaded'])
    mints.release()
    assert.equal((await working).status, 200)
  })
})

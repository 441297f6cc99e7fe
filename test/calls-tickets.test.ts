import assert from 'node:assert/strict'
import { createServer, request } from 'node:http'
import { after, before, beforeEach, describe, it, type TestContext } from 'node:test'
import { type Answered, ask, askToken } from './harness/ask.ts'
import { bearer, OFFER, placeCall, postOffer, readCall, takeTicket } from './harness/call-client.ts'
import { ADMIN_TOKEN, as, type CallsStage, callsService, callsStage, ended } from './harness/calls-stage.ts'
import { eventually } from './harness/eventually.ts'
import { assertFailure } from './harness/failures.ts'
import { freePort } from './harness/free-port.ts'
import { requestText, sendBytes } from './harness/raw-http.ts'
import { API_KEY } from './harness/service.ts'

const ESPN = 'https://www.espn.com'
const typeOf = ({ json, status }: Answered): string | number => json?.error?.type ?? status

describe('a ticket', () => {
  let stage: CallsStage
  const ends: (() => unknown)[] = []
  before(async () => {
    stage = await callsStage({ after: end => ends.push(end) }, { RATE_LIMIT_PER_MINUTE: '1000' })
  })
  beforeEach(() => stage.openai.behave({}))
  after(async () => {
    for (const end of ends.reverse()) await end()
  })

  it('comes without a word to OpenAI, and looks like a secret of its own', async () => {
    const { attempts } = stage.openai
    const { json, status } = await askToken(stage.service.url, { voice: 'cedar', context: 'Lakers 98, Celtics 97' })
    assert.equal(status, 200)
    assert.match(json.client_secret, /^ek_[A-Za-z0-9_-]{43}$/)
    assert.equal(json.websocket_url, null)
    assert.equal(json.web_rtc_url, `${stage.service.url}/v1/realtime/calls`)
    assert.deepEqual([json.expires_in, json.model, json.voice], [600, 'gpt-realtime', 'cedar'])
    assert.ok(Math.abs(json.expires_at - Date.now() / 1000 - 600) < 5)
    assert.match(json.instructions, /Lakers 98/)
    assert.equal(stage.openai.attempts, attempts)
  })

  it('places the very session that its reply told of, with the server key and a hash of the client', async () => {
    const token = await askToken(stage.service.url, { voice: 'marin', difficulty: 'savage' }, as(1))
    const answer = await postOffer(stage.service.url, token.json.client_secret, OFFER, {
      ...as(1),
      'x-request-id': 'req-1',
    })
    assert.equal(answer.status, 201)
    assert.match(answer.text, /^v=0\r\n/)
    assert.match(answer.headers.get('content-type') ?? '', /^application\/sdp/)
    const placed = stage.openai.placed.at(-1)
    assert.equal(answer.headers.get('location'), `/v1/realtime/calls/${placed?.id}`)
    assert.equal(placed?.sdp, OFFER)
    assert.equal(placed?.session.instructions, token.json.instructions)
    assert.deepEqual([placed?.session.type, placed?.session.audio.output.voice], ['realtime', 'marin'])
    assert.equal(placed?.headers.authorization, `Bearer ${API_KEY}`)
    assert.match(String(placed?.headers['openai-safety-identifier']), /^[0-9a-f]{32}$/)
    assert.equal(placed?.headers['x-client-request-id'], 'req-1')
  })

  it('is audited when it is spent, by all that the log is said to hold of a call', async () => {
    const { url } = stage.service
    const asked = { voice: 'marin', difficulty: 'savage', mode: 'debate', sport: 'golf' }
    const { json } = await askToken(url, asked, as(6))
    await postOffer(url, json.client_secret, OFFER, { ...as(6), 'x-request-id': 'placed-1' })
    const line = await stage.service.logged(({ msg, request_id }) => msg === 'call_placed' && request_id === 'placed-1')
    const { time, client, ...rest } = line
    assert.deepEqual(rest, {
      level: 'info',
      msg: 'call_placed',
      request_id: 'placed-1',
      call_id: stage.openai.placed.at(-1)?.id,
      session_id: json.session_id,
      model: 'gpt-realtime',
      ...asked,
    })
    assert.match(String(client), /^[0-9a-f]{32}$/)
  })

  it('works once, also in a race', async () => {
    const ticket = await takeTicket(stage.service.url, {}, as(2))
    const race = await Promise.all(Array.from({ length: 8 }, () => postOffer(stage.service.url, ticket, OFFER, as(2))))
    assert.deepEqual(race.map(typeOf).sort(), [201, ...Array(7).fill('ticket_used')])
    const late = await postOffer(stage.service.url, ticket, OFFER, as(2))
    assertFailure(late, 401, 'ticket_used')
    assert.match(late.headers.get('www-authenticate') ?? '', /^Bearer/)
  })

  it('is good for nothing once it has expired, and unknown ones never were', async t => {
    const brief = await callsService(t, stage.openai, { TOKEN_TTL_SECONDS: '10' })
    const ticket = await takeTicket(brief.url)
    const wrong = [`ek_${'A'.repeat(43)}`, 'ek_short', API_KEY, ticket.slice(0, -1), `${ticket}A`]
    for (const token of wrong) assert.equal(typeOf(await postOffer(brief.url, token)), 'ticket_invalid')
    const unsent = await ask(`${brief.url}/v1/realtime/calls`, { method: 'POST' })
    assert.equal(typeOf(unsent), 'ticket_invalid')
    assert.match(unsent.json.detail, /No ticket was sent.*Bearer/)
    assert.doesNotMatch((await postOffer(brief.url, 'ek_short')).json.detail, /No ticket/)
    const until = Date.now() + 10_500
    while (Date.now() < until) await new Promise(resolve => setTimeout(resolve, until - Date.now()))
    assert.equal(typeOf(await postOffer(brief.url, ticket)), 'ticket_expired')
    assert.equal(stage.openai.placed.filter(({ sdp }) => sdp === '').length, 0)
  })

  it('is forgotten by a restart, and refused from then on', async t => {
    const PORT = String(await freePort())
    const first = await callsService(t, stage.openai, { PORT })
    const ticket = await takeTicket(first.url)
    await first.stop()
    const second = await callsService(t, stage.openai, { PORT })
    assert.equal(typeOf(await postOffer(second.url, ticket)), 'ticket_invalid')
  })

  it('is not spent by what is refused before, each refusal in its place', async () => {
    const { url } = stage.service
    const ticket = await takeTicket(url, {}, as(3))
    const refused = async (headers: Record<string, string>, body: string, token = ticket) =>
      typeOf(await postOffer(url, token, body, { ...as(3), ...headers }))
    const FOREIGN = { origin: 'https://malicious-site.com' }
    const JSON_TYPE = { 'content-type': 'application/json' }
    /** An offer of so many bytes. */
    const offerOf = (bytes: number) => `${OFFER}a=${'x'.repeat(bytes - OFFER.length - 4)}\r\n`
    const LARGE = offerOf(64 * 1024 + 1)
    // Each has the faults of all that follow.
    assert.equal(await refused({ ...FOREIGN, ...JSON_TYPE }, LARGE, 'ek_no'), 'origin_not_allowed')
    assert.equal(await refused(JSON_TYPE, LARGE, 'ek_no'), 'ticket_invalid')
    assert.equal(await refused(JSON_TYPE, LARGE), 'unsupported_media_type')
    assert.match((await postOffer(url, ticket, '', { ...as(3), ...JSON_TYPE })).json.detail, /application\/sdp/)
    assert.equal(await refused({ 'content-encoding': 'gzip' }, LARGE), 'unsupported_media_type')
    assert.equal(await refused({}, LARGE), 'payload_too_large')
    assert.equal(await refused({}, 'v=1'), 'invalid_sdp')
    assert.equal(await refused({}, ''), 'invalid_sdp')
    assert.equal((await postOffer(url, ticket, offerOf(64 * 1024), { ...as(3), origin: ESPN })).status, 201)
  })

  it('is not spent where there is no room: first all calls count, then those of the client', async t => {
    const full = await callsService(t, stage.openai, { MAX_CALLS: '1', MAX_CALLS_PER_CLIENT: '1' })
    const first = await placeCall(full.url, {}, as(1))
    const ticket = await takeTicket(full.url, {}, as(1))
    const refusal = await postOffer(full.url, ticket, OFFER, as(1))
    assertFailure(refusal, 503, 'overloaded')
    await ask(`${full.url}/v1/realtime/calls/${first.id}`, { method: 'DELETE', headers: bearer(first.ticket) })
    assert.equal((await postOffer(full.url, ticket, OFFER, as(1))).status, 201)

    const few = await callsService(t, stage.openai, { MAX_CALLS: '2', MAX_CALLS_PER_CLIENT: '1' })
    await placeCall(few.url, {}, as(1))
    assert.equal(typeOf(await postOffer(few.url, await takeTicket(few.url, {}, as(1)), OFFER, as(1))), 'too_many_calls')
    assert.equal((await postOffer(few.url, await takeTicket(few.url, {}, as(2)), OFFER, as(2))).status, 201)
  })

  it('stays spent when OpenAI refuses the call, and the room is given back', async t => {
    const service = await callsService(t, stage.openai, { MAX_CALLS: '1' })
    for (const [status, code, expected] of [
      [400, '', 'upstream_rejected'],
      [401, 'invalid_api_key', 'upstream_auth_failed'],
      [404, 'model_not_found', 'model_unavailable'],
      [429, 'insufficient_quota', 'insufficient_quota'],
      [503, 'server_is_overloaded', 'upstream_overloaded'],
    ] as const) {
      const { attempts } = stage.openai
      stage.openai.behave({
        place(response) {
          response.writeHead(status, { 'content-type': 'application/json' })
          response.end(JSON.stringify({ error: { message: 'Zebra', type: '', code, param: '' } }))
        },
      })
      const ticket = await takeTicket(service.url)
      const answer = await postOffer(service.url, ticket)
      assert.equal(typeOf(answer), expected)
      assert.doesNotMatch(answer.text, /Zebra/)
      assert.equal(stage.openai.attempts, attempts + 1, 'placed once, never again')
      assert.equal(typeOf(await postOffer(service.url, ticket)), 'ticket_used')
    }
    stage.openai.behave({})
    assert.equal((await postOffer(service.url, await takeTicket(service.url))).status, 201)
  })

  it('places its call again only if no connection to OpenAI came about', async t => {
    const { attempts } = stage.openai
    stage.openai.behave({ place: response => response.destroy() })
    const cut = await postOffer(stage.service.url, await takeTicket(stage.service.url, {}, as(11)), OFFER, as(11))
    assertFailure(cut, 502, 'upstream_unavailable')
    assert.equal(stage.openai.attempts, attempts + 1)
    stage.openai.behave({})

    const port = await freePort()
    const service = await callsService(t, { baseUrl: `http://127.0.0.1:${port}/v1` })
    const placing = postOffer(service.url, await takeTicket(service.url))
    let placed = 0
    const late = createServer(({ url }, response) => {
      if (url === '/v1/realtime/calls') placed++
      response.writeHead(201, { location: '/v1/realtime/calls/rtc_late' }).end('v=0\r\n')
    })
    t.after(() => late.close())
    setTimeout(() => late.listen(port, '127.0.0.1'), 700)
    assert.equal((await placing).status, 201)
    assert.equal(placed, 1)
  })

  it('is not spent while the breaker is open, and good again when it has closed', async t => {
    const service = await callsService(t, stage.openai, { CIRCUIT_FAILURE_THRESHOLD: '1', CIRCUIT_RESET_SECONDS: '2' })
    stage.openai.behave({ place: response => response.writeHead(500).end('{}') })
    const [first, second] = [await takeTicket(service.url), await takeTicket(service.url)]
    assert.equal(typeOf(await postOffer(service.url, first)), 'upstream_unavailable')
    stage.openai.behave({})
    const refused = await postOffer(service.url, second)
    assert.equal(typeOf(refused), 'circuit_open')
    const until = Date.now() + refused.json.error.retry_after * 1000
    while (Date.now() < until) await new Promise(resolve => setTimeout(resolve, until - Date.now()))
    assert.equal((await postOffer(service.url, second)).status, 201)
  })

  it('that may not be spent does not close the breaker: OpenAI was not asked', async t => {
    const settings = { CIRCUIT_FAILURE_THRESHOLD: '2', CIRCUIT_RESET_SECONDS: '3', MAX_CALLS_PER_CLIENT: '1' }
    const service = await callsService(t, stage.openai, settings)
    const place = async (client: number) =>
      typeOf(await postOffer(service.url, await takeTicket(service.url, {}, as(client)), OFFER, as(client)))
    await placeCall(service.url, {}, as(1))
    stage.openai.behave({ place: response => response.writeHead(500).end('{}') })
    assert.deepEqual([await place(2), await place(2)], ['upstream_unavailable', 'upstream_unavailable'])
    const ticket = await takeTicket(service.url, {}, as(1))
    const until = Date.now() + 3050
    while (Date.now() < until) await new Promise(resolve => setTimeout(resolve, until - Date.now()))
    assert.equal(typeOf(await postOffer(service.url, ticket, OFFER, as(1))), 'too_many_calls')
    assert.equal(await place(2), 'upstream_unavailable')
    assert.equal(await place(2), 'circuit_open')
  })

  it('is not spent while as many requests to OpenAI are under way as may be', async t => {
    const service = await callsService(t, stage.openai, { MAX_IN_FLIGHT: '1' })
    const held = stage.openai.holdPlacing()
    const first = postOffer(service.url, await takeTicket(service.url))
    const answer = await held
    const ticket = await takeTicket(service.url)
    assert.equal(typeOf(await postOffer(service.url, ticket)), 'overloaded')
    stage.openai.behave({})
    answer()
    assert.equal((await first).status, 201)
    assert.equal((await postOffer(service.url, ticket)).status, 201)
  })

  it('hangs up what OpenAI answers with nonsense or our key, where it can be told', async () => {
    const nonsense: [location: string | undefined, body: string][] = [
      [undefined, 'v=0\r\n'],
      ['/v1/realtime/calls/../../etc', 'v=0\r\n'],
      ['/v1/realtime/calls/rtc_nonsense', '<html>'],
      ['/v1/realtime/calls/rtc_leaky', `v=0\r\ns=${API_KEY}\r\n`],
    ]
    for (const [location, body] of nonsense) {
      stage.openai.behave({
        place(response) {
          response.writeHead(201, location === undefined ? {} : { location })
          response.end(body)
        },
      })
      const answer = await postOffer(stage.service.url, await takeTicket(stage.service.url, {}, as(4)), OFFER, as(4))
      assertFailure(answer, 502, 'upstream_invalid')
    }
    stage.openai.behave({})
    await Promise.all(['rtc_nonsense', 'rtc_leaky'].map(stage.openai.hungUp))
  })

  it('hangs up a call whose answer breaks off, where OpenAI has told its id, until it holds', async () => {
    let failures = 1
    stage.openai.behave({
      hangUp: answer => void answer.writeHead(failures-- > 0 ? 500 : 404).end('{}'),
      place(response) {
        response.writeHead(201, { location: '/v1/realtime/calls/rtc_broken', 'content-length': '1000' })
        response.write('v=0\r\n', () => response.destroy())
      },
    })
    const answer = await postOffer(stage.service.url, await takeTicket(stage.service.url, {}, as(9)), OFFER, as(9))
    assertFailure(answer, 502, 'upstream_unavailable')
    const tries = () => stage.openai.hangUps.filter(id => id === 'rtc_broken').length
    await eventually(() => tries() === 2)
    await stage.service.logged(({ msg, call_id }) => msg === 'call_orphaned' && call_id === 'rtc_broken')
  })

  it('leaves no call behind when the browser goes away in mid-set-up', async () => {
    const { url } = stage.service
    const ticket = await takeTicket(url, {}, as(5))
    const held = stage.openai.holdPlacing()
    const headers = { 'content-type': 'application/sdp', ...bearer(ticket), ...as(5) }
    const browser = request(`${url}/v1/realtime/calls`, { method: 'POST', headers })
    browser.on('error', () => {})
    browser.end(OFFER)
    const answer = await held
    browser.destroy()
    // The service has noticed once it says that the request has ended.
    await stage.service.logged(({ msg, status }) => msg === 'request' && status === 499)
    answer()
    stage.openai.behave({})
    const line = await stage.service.logged(({ msg, reason }) => msg === 'call_ended' && reason === 'caller_gone')
    assert.ok(stage.openai.hangUps.includes(String(line.call_id)))
  })

  it('can be used from an allowed page, which may read where its call is', async () => {
    const ticket = await takeTicket(stage.service.url, {}, as(6))
    const path = `${stage.service.url}/v1/realtime/calls`
    const preflight = await ask(path, {
      method: 'OPTIONS',
      headers: {
        origin: ESPN,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type,x-openai-agents-sdk',
      },
    })
    assert.equal(preflight.status, 204)
    assert.match(preflight.headers.get('access-control-allow-methods') ?? '', /DELETE/)
    assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /X-OpenAI-Agents-SDK/)
    const answer = await postOffer(stage.service.url, ticket, OFFER, { ...as(6), origin: ESPN })
    assert.equal(answer.headers.get('access-control-allow-origin'), ESPN)
    assert.match(answer.headers.get('access-control-expose-headers') ?? '', /Location/)
  })

  it('has windows of its own for calls, which tokens do not use up', async t => {
    const service = await callsService(t, stage.openai, { RATE_LIMIT_PER_MINUTE: '2', MAX_CALLS_PER_CLIENT: '10' })
    const tickets = [await takeTicket(service.url, {}, as(7)), await takeTicket(service.url, {}, as(7))]
    assert.equal(typeOf(await askToken(service.url, {}, as(7))), 'rate_limited')
    const outcomes = []
    for (const ticket of [...tickets, tickets[0] ?? ''])
      outcomes.push(await postOffer(service.url, ticket, OFFER, as(7)))
    assert.deepEqual(outcomes.map(typeOf), [201, 201, 'rate_limited'])
    assert.match(outcomes[2]?.headers.get('ratelimit-policy') ?? '', /q=2;w=60/)
    assert.equal((await readCall(service.url, 'rtc_x', tickets[0] ?? '')).status, 404)
  })

  it('is in no log, nor are offers and instructions', async () => {
    const instructions = 'Only ever speak of zebras.'
    const { id, ticket } = await placeCall(stage.service.url, { instructions }, as(8))
    await ask(`${stage.service.url}/v1/realtime/calls/${id}`, { method: 'DELETE', headers: bearer(ticket) })
    await ended(stage.service, id)
    const output = stage.service.output()
    for (const secret of [ticket, ticket.slice(3), 'zebras', 'a=ice-pwd', API_KEY, '198.51.100.8', ADMIN_TOKEN])
      assert.ok(!output.includes(secret), secret)
  })

  it('is in no log where an operator takes it for the id of a call, nor is anything else that is no call', async () => {
    const ticket = await takeTicket(stage.service.url, {}, as(9))
    const long = 'x'.repeat(14_000)
    for (const method of ['DELETE', 'GET'])
      for (const id of [ticket, long]) {
        const headers = { ...bearer(ADMIN_TOKEN), 'x-request-id': `no-call-${method}-${id.length}` }
        const answer = await ask(`${stage.service.url}/v1/realtime/calls/${id}`, { method, headers })
        assertFailure(answer, 404, 'not_found')
        await stage.service.logged(line => line.msg === 'request' && line.request_id === headers['x-request-id'])
      }
    assert.ok(!stage.service.output().includes(ticket))
    assert.ok(!stage.service.output().includes(long.slice(0, 1000)))
  })

  it('has paths that say which methods they take', async () => {
    const allowed = { '': ['GET', 'HEAD', 'POST'], '/rtc_1': ['DELETE', 'GET', 'HEAD'] }
    for (const [path, methods] of Object.entries(allowed))
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].filter(one => !methods.includes(one))) {
        const answer = await ask(`${stage.service.url}/v1/realtime/calls${path}`, { method })
        assertFailure(answer, 405, 'method_not_allowed')
        assert.deepEqual((answer.headers.get('allow') ?? '').split(', ').sort(), methods, `${method} ${path}`)
      }
    const deeper = await ask(`${stage.service.url}/v1/realtime/calls/rtc_1/more`, { method: 'PUT' })
    assertFailure(deeper, 404, 'not_found')
  })

  it('and its paths do not exist in ephemeral mode', async t => {
    const service = await callsService(t, stage.openai, { CALL_MODE: 'ephemeral' })
    for (const method of ['GET', 'POST', 'DELETE'])
      for (const path of ['', '/rtc_1'])
        assertFailure(
          await ask(`${service.url}/v1/realtime/calls${path}`, { method, headers: bearer(ADMIN_TOKEN) }),
          404,
          'not_found',
        )
  })
})

describe('where browsers are sent', () => {
  const addressSeen = async (settings: Record<string, string>, headers: Record<string, string>, t: TestContext) => {
    const { service } = await callsStage(t, settings)
    return (await askToken(service.url, {}, headers)).json.web_rtc_url.replace(service.url, 'itself')
  }
  const FORWARDED = { 'x-forwarded-host': 'voice.example.com', 'x-forwarded-proto': 'https' }
  const CASES: [name: string, settings: Record<string, string>, expected: string][] = [
    [
      'is PUBLIC_URL, whatever the request says',
      { PUBLIC_URL: 'https://parker.example.com', RAILWAY_PUBLIC_DOMAIN: 'p.up.railway.app' },
      'https://parker.example.com',
    ],
    [
      'is the domain of Railway where there is one',
      { RAILWAY_PUBLIC_DOMAIN: 'p.up.railway.app' },
      'https://p.up.railway.app',
    ],
    ['is what a trusted proxy says', { TRUST_PROXY: '1' }, 'https://voice.example.com'],
    ['is not what a stranger says', { TRUST_PROXY: 'none' }, 'itself'],
    ['is not what a proxy of no trusted network says', { TRUST_PROXY: '10.0.0.0/8' }, 'itself'],
  ]
  for (const [name, settings, expected] of CASES)
    it(name, async t => {
      assert.equal(await addressSeen(settings, FORWARDED, t), `${expected}/v1/realtime/calls`)
    })

  it('is the host that the browser itself named where a proxy says nonsense', async t => {
    const { service } = await callsStage(t, { TRUST_PROXY: '1' })
    const { json } = await sendBytes(service.port, requestText('POST /v1/realtime/token', ['X-Forwarded-Host: a b']))
    assert.equal(json.web_rtc_url, 'http://parker.test/v1/realtime/calls')
  })

  it('is the host that the browser itself named', async t => {
    const { service } = await callsStage(t)
    const { json } = await sendBytes(service.port, requestText('POST /v1/realtime/token'))
    assert.equal(json.web_rtc_url, 'http://parker.test/v1/realtime/calls')
  })
})

import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { suite, test } from 'node:test'
import { type Answered, ask, askToken } from './harness/ask.ts'
import { bearer, endCall, OFFER, postOffer } from './harness/call-client.ts'
import { type CallsStandIn, type StandInCall, startCallsStandIn } from './harness/calls-stand-in.ts'
import { headerSafe } from './harness/hostile.ts'
import { leaksIn, type Printing, shown, startPrinting } from './harness/leaks.ts'
import { startRedis } from './harness/redis.ts'
import { API_KEY } from './harness/service.ts'

const ADMIN_TOKEN = 'admin-token-that-must-not-leak'
const JWT_SECRET = 'jwt-secret-that-must-not-leak-0123456789'
const CLAIMS = { iss: 'https://issuer.test/', aud: 'parker', sub: 'fan-1', exp: Math.floor(Date.now() / 1000) + 3600 }
const UNSIGNED = [{ alg: 'HS256' }, CLAIMS]
  .map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
  .join('.')
const JWT = `${UNSIGNED}.${createHmac('sha256', JWT_SECRET).update(UNSIGNED).digest('base64url')}`

/** Words found nowhere else. */
const BODY = {
  instructions: 'Speak of nothing but wombatry and quokkahood.\nnumbat\nTopSecretPersona',
  context: 'Echidna 7, Platypus 3',
}
const OWN_OFFER = OFFER.replace('abcd', 'Wallaby').replace('0123456789abcdef01234567', 'CassowaryCassowary123456')
const SDP_ANSWER = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=ice-pwd:KookaburraKookaburra0123\r\n'
const ADDRESS = '203.0.113.77'

/** What must be seen nowhere. */
const CONFIDENTIAL: Record<string, string[]> = {
  'the API key': [API_KEY, API_KEY.slice(8, 30)],
  'the operator token': [ADMIN_TOKEN],
  'the JWT secret': [JWT_SECRET],
  'a JWT': [JWT, ...JWT.split('.').slice(1)],
  'the instructions': ['wombatry', 'quokkahood', 'numbat', 'TopSecretPersona'],
  'the context': ['Echidna', 'Platypus'],
  'the offer': ['Wallaby', 'Cassowary'],
  'the answer': ['Kookaburra'],
  'what was said': ['thylacine', 'bandicoot'],
  'an address': ['203.0.113'],
}

/** Everything that a careless OpenAI could quote of a call's order. */
function poison({ headers, sdp, session }: StandInCall): string {
  return `${headers.authorization} ${JSON.stringify(headers)} ${sdp} ${JSON.stringify(session)} ${session.instructions}`
}

type Placing = (response: ServerResponse, call: StandInCall) => unknown

/** A call that OpenAI has taken, told in these words. */
const taking =
  (change: (call: StandInCall) => { id?: string; sdp?: string; headers?: Record<string, string> }): Placing =>
  (response, call) => {
    const { id = call.id, sdp = SDP_ANSWER, headers = {} } = change(call)
    response.writeHead(201, { location: `/v1/realtime/calls/${id}`, ...headers }).end(sdp)
  }

const TAKINGS: Placing[] = [
  taking(() => ({})),
  taking(() => ({ sdp: SDP_ANSWER.replace('s=-', `s=${API_KEY}`) })),
  taking(call => ({ sdp: poison(call) })),
  taking(() => ({ id: API_KEY })),
  taking(() => ({ id: `rtc_${API_KEY}` })),
  taking(() => ({ id: 'TopSecretPersona' })),
  taking(() => ({ id: 'Wallaby' })),
  taking(() => ({ headers: { 'x-request-id': API_KEY } })),
  taking(() => ({ headers: { 'x-request-id': 'TopSecretPersona' } })),
  taking(call => ({ headers: { 'x-request-id': headerSafe(poison(call)), server: API_KEY, 'set-cookie': API_KEY } })),
  (response, call) => response.writeHead(201, { location: headerSafe(poison(call)) }).end(SDP_ANSWER),
  (response, call) => {
    response.writeHead(201, { location: `/v1/realtime/calls/${API_KEY}`, 'content-length': '9999' })
    response.write(poison(call), () => response.destroy())
  },
]

/** Refusals that quote the order wherever they can: in words, in names, in headers, in the status line. */
const REFUSALS: Placing[] = [400, 401, 402, 403, 404, 408, 409, 422, 429, 500, 503].flatMap(status => [
  (response, call) => {
    const error = { message: poison(call), type: API_KEY, code: 'numbat', param: 'wombatry' }
    response.writeHead(status, { 'x-request-id': API_KEY, 'retry-after': API_KEY }).end(JSON.stringify({ error }))
  },
  (response, call) => response.writeHead(status, headerSafe(poison(call)).slice(0, 1000)).end(poison(call)),
])

interface Tour {
  service: Printing
  openai: CallsStandIn
  answers: Answered[]
  tickets: string[]
}

const from = { 'x-forwarded-for': ADDRESS }

async function takeTicket({ service, answers, tickets }: Tour): Promise<string> {
  const answer = await askToken(service.url, BODY, { ...bearer(JWT), ...from })
  answers.push(answer)
  assert.equal(answer.status, 200, answer.text)
  tickets.push(answer.json.client_secret)
  return answer.json.client_secret
}

async function offer(tour: Tour, ticket: string, sdp = OWN_OFFER, headers = {}): Promise<Answered> {
  const answer = await postOffer(tour.service.url, ticket, sdp, { ...from, ...headers })
  tour.answers.push(answer)
  return answer
}

/** Whatever OpenAI says when a call is placed. */
async function placings(tour: Tour): Promise<void> {
  for (const place of [...TAKINGS, ...REFUSALS]) {
    tour.openai.behave({ place })
    await offer(tour, await takeTicket(tour))
  }
  tour.openai.behave({})
}

/** A call in which OpenAI quotes what it knows, and whose hang-up it refuses in the same way at first. */
async function talk(tour: Tour): Promise<string> {
  const { openai, service, answers } = tour
  const ticket = await takeTicket(tour)
  await offer(tour, ticket)
  const { id, session } = openai.placed.at(-1) as StandInCall
  const line = await openai.line(id)
  const said = `${API_KEY} ${session.instructions} thylacine`
  let refusals = 1
  openai.behave({
    hangUp: response => response.writeHead(refusals-- > 0 ? 500 : 404, { 'x-request-id': API_KEY }).end(said),
  })
  line.send(
    { type: 'error', error: { message: said, type: API_KEY, code: 'numbat', event_id: API_KEY } },
    { type: API_KEY, said },
    { type: 'numbat', said },
    { type: 'conversation.item.input_audio_transcription.completed', transcript: said, usage: { type: said } },
    { type: 'response.done', response: { status: said, output: [said], usage: { input_tokens: said } } },
    ...[1, 2, 3, 4].map(n => ({ type: 'session.updated', session: { instructions: `bandicoot ${n}`, tools: [said] } })),
  )
  await openai.hungUp(id)
  answers.push(await ask(`${service.url}/v1/realtime/calls/${id}`, { headers: { ...bearer(ticket), ...from } }))
  return ticket
}

/** Refusals of our own, to callers who put their secrets where they do not belong. */
async function ownRefusals(tour: Tour, used: string): Promise<void> {
  const { service, answers } = tour
  const calls = `${service.url}/v1/realtime/calls`
  await offer(tour, used)
  for (const wrong of [JWT, ADMIN_TOKEN.slice(0, -1), `ek_${'x'.repeat(43)}`]) await offer(tour, wrong)
  const ticket = await takeTicket(tour)
  await offer(tour, ticket, BODY.instructions)
  await offer(tour, ticket, OWN_OFFER.repeat(200))
  await offer(tour, ticket, OWN_OFFER, { 'content-type': 'text/wombatry' })
  await offer(tour, ticket, OWN_OFFER, { origin: 'https://malicious-site.com', referer: `https://x.test/?t=${ticket}` })
  answers.push(
    await ask(`${calls}?ticket=${ticket}`, { method: 'POST', headers: from, body: OWN_OFFER }),
    await ask(`${calls}?client=${ticket}`, { headers: { ...bearer(ADMIN_TOKEN), ...from } }),
    await ask(`${calls}?limit=100`, { headers: { ...bearer(ADMIN_TOKEN), ...from } }),
    await endCall(service.url, 'rtc_unknown', ticket),
  )
}

/** A browser that leaves while OpenAI thinks. */
async function hangUp(tour: Tour): Promise<void> {
  const ticket = await takeTicket(tour)
  const held = tour.openai.holdPlacing()
  const leave = new AbortController()
  const headers = { 'content-type': 'application/sdp', ...bearer(ticket), ...from }
  const init = { method: 'POST', headers, body: OWN_OFFER, signal: leave.signal }
  const gone = fetch(`${tour.service.url}/v1/realtime/calls`, init)
  const answer = await held
  leave.abort()
  await assert.rejects(gone)
  answer()
  tour.openai.behave({})
}

/** What an answer must not hold: a ticket's own may hold what its caller sent, a call's own the answer to its browser. */
function confidentialFor({ status, json }: Answered, tickets: string[]): Record<string, string[]> {
  const everything = { ...CONFIDENTIAL, 'a ticket': tickets.filter(ticket => ticket !== json?.client_secret) }
  if (status === 201) return { ...everything, 'the answer': [] }
  return json?.client_secret ? { ...everything, 'the instructions': [], 'the context': [] } : everything
}

const SETTINGS = {
  CALL_MODE: 'unified',
  ADMIN_TOKEN,
  AUTH_JWT_SECRET: JWT_SECRET,
  AUTH_ISSUER: CLAIMS.iss,
  AUTH_AUDIENCE: CLAIMS.aud,
  TRUST_PROXY: '1',
  LOG_LEVEL: 'trace',
  MAX_CALLS_PER_CLIENT: '100',
  CIRCUIT_FAILURE_THRESHOLD: '100',
  SHUTDOWN_GRACE_SECONDS: '2',
}

suite('whatever happens with calls, nothing confidential is seen in an answer, in the log or in Redis', () => {
  for (const where of ['in memory', 'in Redis'])
    test(where, { timeout: 120_000 }, async t => {
      const [openai, redis] = await Promise.all([startCallsStandIn(), startRedis()])
      t.after(() => Promise.all([openai.close(), redis.kill()]))
      const monitor = await redis.monitor()
      t.after(() => monitor.stop())
      const store: Record<string, string> = where === 'in Redis' ? { REDIS_URL: redis.url } : {}
      const service = await startPrinting(t, { ...SETTINGS, OPENAI_BASE_URL: openai.baseUrl, ...store })
      const tour: Tour = { service, openai, answers: [], tickets: [] }
      await placings(tour)
      await ownRefusals(tour, await talk(tour))
      await hangUp(tour)
      await offer(tour, await takeTicket(tour))
      await redis.kill()
      tour.answers.push(await askToken(service.url, BODY, { ...bearer(JWT), ...from }))
      const output = await service.end()

      const { answers, tickets } = tour
      assert.ok(answers.length > 80 && /call_ended/.test(output), 'the tour has been made')
      assert.equal(
        monitor.lines().some(line => line.includes('parker:call')),
        where === 'in Redis',
      )
      const everything = { ...CONFIDENTIAL, 'a ticket': tickets }
      const inAnswers = answers.flatMap(one => leaksIn('an answer', [shown(one)], confidentialFor(one, tickets)))
      const inLog = leaksIn('the log', output.split('\n'), everything)
      assert.deepEqual([...inAnswers, ...inLog, ...leaksIn('Redis', monitor.lines(), everything)], [])
    })
})

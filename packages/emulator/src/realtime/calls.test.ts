import assert from 'node:assert/strict'
import { test } from 'node:test'
import OpenAI from 'openai'
import { createSecrets } from '../secrets.ts'
import { jsonOf } from '../test-emulator.ts'
import { type CallBook, createCallBook } from './call-book.ts'
import { answerCall, answerHangup } from './calls.ts'
import { callIdOf, OFFER, realtime, refusal, stage, unifiedForm } from './test-session.ts'

test('a browser calls with its secret and gets the recorded answer', async t => {
  const { emulator, mint, offer } = await stage(t)
  const minted = await mint(
    { session: realtime({ instructions: 'Be brief.' }) },
    { headers: { authorization: 'Bearer sk-test', 'openai-safety-identifier': 'visitor-1' } },
  )
  const { value } = await jsonOf(minted)
  const answer = await offer(value)
  assert.equal(answer.status, 201)
  assert.match(await answer.text(), /^v=0\r\n[\s\S]*m=audio[\s\S]*m=application/)
  assert.match(answer.headers.get('location') ?? '', /^\/v1\/realtime\/calls\/rtc_u0_[\w-]{21}$/)
  assert.equal(answer.headers.get('content-type'), 'text/plain; charset=utf-8')
  assert.equal(answer.headers.get('access-control-allow-origin'), '*')
  assert.equal(answer.headers.get('access-control-expose-headers'), 'Location, X-Request-Id')
  assert.equal(answer.headers.get('timing-allow-origin'), '*')
  const [call] = emulator.calls
  assert.equal(call?.form, 'secret')
  assert.equal(call.safetyIdentifier, 'visitor-1')
  assert.equal((call.session as { instructions?: string }).instructions, 'Be brief.')
  assert.equal(call.session.id, call.id.replace('rtc_', 'sess_'))
})

test('a server calls with its key, the offer and the session in one form', async t => {
  const { emulator, place } = await stage(t)
  const answer = await place(realtime({ instructions: 'Shout.' }), { 'openai-safety-identifier': 'visitor-2' })
  assert.equal(answer.status, 201)
  const [call] = emulator.calls
  assert.equal(call?.id, callIdOf(answer))
  assert.equal(call.form, 'unified')
  assert.equal(call.safetyIdentifier, 'visitor-2')
  assert.equal((call.session as { instructions?: string }).instructions, 'Shout.')
})

test("OpenAI's own client places a call and hangs it up", async t => {
  const { emulator } = await stage(t)
  const client = new OpenAI({ apiKey: 'sk-test', baseURL: emulator.baseUrl })
  const answer = await client.realtime.calls.create({
    sdp: OFFER,
    session: { type: 'realtime', model: 'gpt-realtime' },
  })
  await client.realtime.calls.hangup(callIdOf(answer))
  assert.equal(emulator.calls[0]?.ended, 'hangup')
})

test('a browser may ask before it calls', async t => {
  const { ask } = await stage(t)
  const answer = await ask('/v1/realtime/calls', { method: 'OPTIONS' })
  assert.equal(answer.status, 204)
  const allowed = answer.headers.get('access-control-allow-headers')?.split(', ')
  for (const name of ['authorization', 'content-type', 'x-openai-agents-sdk', 'openai-safety-identifier'])
    assert.ok(allowed?.includes(name), name)
})

test('an offer that is none is a 400 of empty strings', async t => {
  const { mint, offer } = await stage(t)
  const { value } = await jsonOf(await mint())
  const answer = await offer(value, 'hello')
  assert.equal(answer.status, 400)
  assert.deepEqual(await jsonOf(answer), { error: { message: '', type: '', code: '', param: '' } })
  assert.equal(answer.headers.get('access-control-allow-origin'), '*')
})

test('a secret opens many calls until it expires', async t => {
  let now = 1_784_852_504_000
  const { mint, offer } = await stage(t, { now: () => now })
  const { value } = await jsonOf(await mint({ expires_after: { anchor: 'created_at', seconds: 10 } }))
  assert.equal((await offer(value)).status, 201)
  assert.equal((await offer(value)).status, 201)
  now += 10_000
  const late = await offer(value)
  assert.equal(late.status, 401)
  assert.equal((await jsonOf(late)).error.code, 'invalid_api_key')
})

test('with single use a secret opens one call', async t => {
  const { mint, offer } = await stage(t, { singleUse: true })
  const { value } = await jsonOf(await mint())
  assert.equal((await offer(value)).status, 201)
  assert.equal((await offer(value)).status, 401)
})

test('nobody calls without a credential, nor with the wrong one', async t => {
  const { ask, offer, place } = await stage(t)
  assert.equal((await offer('ek_unknown')).status, 401)
  assert.equal((await offer('sk-test')).status, 401)
  assert.equal((await place(realtime(), { authorization: 'Bearer ek_unknown' })).status, 401)
  const nobody = await ask('/v1/realtime/calls', { method: 'POST', body: unifiedForm(realtime()) })
  assert.equal(nobody.status, 401)
})

const badForms: readonly [name: string, session: unknown, status: number, code: string][] = [
  ['an unknown field', realtime({ voice: 'verse' }), 400, 'unknown_parameter'],
  ['no type', { model: 'gpt-realtime' }, 400, 'missing_required_parameter'],
  ['a retired model', realtime({ model: 'gpt-4o-realtime-preview' }), 404, 'model_not_found'],
]

for (const [name, session, status, code] of badForms) {
  test(`a session with ${name} is refused`, async t => {
    const { emulator, place } = await stage(t)
    const answer = await place(session)
    assert.equal(answer.status, status)
    assert.equal((await jsonOf(answer)).error.code, code)
    assert.equal(emulator.calls.length, 0)
  })
}

test("the beta's address for offers is no more", async t => {
  const { ask } = await stage(t)
  const answer = await ask('/v1/realtime?model=gpt-realtime', { method: 'POST', body: OFFER })
  assert.equal((await jsonOf(answer)).error.code, 'beta_api_shape_disabled')
})

test('a content type of neither form is refused', async t => {
  const { ask } = await stage(t)
  const headers = { authorization: 'Bearer sk-test', 'content-type': 'application/json' }
  const answer = await ask('/v1/realtime/calls', { method: 'POST', headers, body: '{}' })
  assert.equal((await jsonOf(answer)).error.code, 'unsupported_content_type')
})

test('a call is hung up once, by the server only', async t => {
  const { emulator, call, hangUp } = await stage(t)
  const { callId, record, sideband } = await call()
  assert.equal((await hangUp(callId, { authorization: 'Bearer ek_any' })).status, 401)
  assert.equal(record.ended, null)
  assert.equal((await hangUp(callId)).status, 200)
  await sideband.closed
  assert.equal(record.ended, 'hangup')
  assert.ok(record.endedAt !== null)
  const again = await hangUp(callId)
  assert.equal(again.status, 404)
  assert.equal((await jsonOf(again)).error.code, 'call_id_not_found')
  assert.deepEqual(emulator.hangups, [
    { callId, status: 401 },
    { callId, status: 200 },
    { callId, status: 404 },
  ])
})

/** Places a call of a minute at most whose channel never opens. @param meanwhile comes before the answer to its offer. */
const placeBare = async (meanwhile: (book: CallBook) => void = () => {}) => {
  let closed = 0
  const peer = {
    answer: 'v=0',
    send: () => {},
    play: () => ({ stop: () => {}, done: Promise.resolve('finished' as const) }),
    close: () => void closed++,
  }
  const book = createCallBook()
  const answerOffer = async () => {
    meanwhile(book)
    return peer
  }
  const parts = {
    apiKey: undefined,
    now: Date.now,
    secrets: createSecrets(Date.now),
    book,
    media: async () => ({ answerOffer, speak: () => assert.fail(), createVad: () => assert.fail() }),
    sessions: { sessionSeconds: 60, heard: () => '', strikeReply: () => undefined, replyLatencyMs: () => 0 },
  }
  const { value } = parts.secrets.issue(realtime(), 60)
  const request = (key: string, body: string) => ({
    method: 'POST',
    path: '/',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/sdp' },
    body,
  })
  assert.equal((await answerCall(request(value, OFFER), parts)).status, 201)
  const [record] = book.calls
  return {
    closed: () => closed,
    ended: () => record?.ended,
    hangUp: () => answerHangup(request('sk-test', ''), record?.id ?? '', parts).status,
  }
}

test('a call that ends before its channel opens closes its peer all the same', async () => {
  const { closed, hangUp } = await placeBare()
  assert.equal(hangUp(), 200)
  assert.equal(closed(), 1)
})

test('a session that ends before its offer is answered leaves no peer, and cannot be hung up', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { closed, ended, hangUp } = await placeBare(() => t.mock.timers.tick(60_000))
  assert.deepEqual([ended(), closed(), hangUp()], ['expired', 1, 404])
})

test('a call that is being placed when all calls end is ended too', async () => {
  const { closed, ended, hangUp } = await placeBare(book => book.endAll())
  assert.deepEqual([ended(), closed(), hangUp()], ['closed', 1, 404])
})

test('a call ends when its browser goes', async t => {
  const { call, hangUp, open } = await stage(t)
  const { callId, record, sideband } = await call()
  record.leave()
  await sideband.closed
  assert.equal(record.ended, 'client')
  assert.equal((await hangUp(callId)).status, 404)
  assert.equal((await refusal(open(`?call_id=${callId}`))).status, 404)
})

test('a session ends at its limit, and says so first', async t => {
  const { emulator, open, place } = await stage(t, { sessionSeconds: 0.5 })
  await place()
  const client = open('?model=gpt-realtime')
  assert.equal((await client.next('error')).error.code, 'session_expired')
  await client.closed
  // It began earlier.
  assert.equal(emulator.calls[0]?.ended, 'expired')
})

test('a fault that edits fields leaves the empty answer to a hang-up as it is', async t => {
  const { call, emulator, hangUp } = await stage(t)
  const { callId } = await call()
  emulator.setFaults('hangup:no-value')
  const answer = await hangUp(callId)
  assert.deepEqual([answer.status, await answer.text()], [200, ''])
})

test('latency and faults strike calls and hang-ups', async t => {
  const { emulator, call, hangUp, place } = await stage(t, { callLatencyMs: 50 })
  const start = performance.now()
  const { callId } = await call()
  assert.ok(performance.now() - start >= 45)
  emulator.setFaults('call:status=503 hangup:status=500,times=1')
  const struck = await place(realtime())
  assert.equal(struck.status, 503)
  assert.equal(struck.headers.get('access-control-allow-origin'), '*')
  assert.equal(struck.headers.get('access-control-expose-headers'), 'Location, X-Request-Id')
  assert.equal(emulator.calls.length, 1)
  assert.equal((await hangUp(callId)).status, 500)
  assert.equal((await hangUp(callId)).status, 200)
})

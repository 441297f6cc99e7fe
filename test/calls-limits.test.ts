import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { ask } from './harness/ask.ts'
import { bearer, endCall, placeCall, postOffer, readCall, takeTicket } from './harness/call-client.ts'
import {
  ADMIN_TOKEN,
  as,
  type CallsStage,
  callsService,
  callsStage,
  ended,
  response,
  sessionUpdated,
} from './harness/calls-stage.ts'
import type { Event, Line } from './harness/calls-stand-in.ts'
import { openMetrics } from './harness/prometheus.ts'

const ends: (() => unknown)[] = []
const forAll = { after: (end: () => unknown) => ends.push(end) }
let stage: CallsStage

before(async () => {
  stage = await callsStage(forAll, { MAX_CALLS_PER_CLIENT: '100', RATE_LIMIT_PER_MINUTE: '1000' })
})
beforeEach(() => stage.openai.behave({}))
after(async () => {
  for (const end of ends.reverse()) await end()
})

/** A call of a service with these settings, and the line into it. */
async function lineInto(
  service = stage.service,
): Promise<{ id: string; ticket: string; line: Line; instructions: string }> {
  const { id, ticket } = await placeCall(service.url)
  const line = await stage.openai.line(id)
  const { instructions } = stage.openai.placed.find(call => call.id === id)?.session ?? {}
  return { id, ticket, line, instructions }
}

const restores = ({ session }: Event) => typeof (session as { instructions?: unknown })?.instructions === 'string'
const asks = (event: Event) => event.type === 'session.update' && !restores(event)
const restored = ({ line }: { line: Line }) => line.heardSoFar().filter(restores)

describe('a call ends', () => {
  it('when its owner says so, with its ticket and with no other', async () => {
    const { id, ticket } = await lineInto()
    const other = await placeCall(stage.service.url)
    assert.equal((await endCall(stage.service.url, id, other.ticket)).status, 404)
    assert.equal((await endCall(stage.service.url, id, `ek_${'x'.repeat(43)}`)).status, 401)
    const { status, json } = await endCall(stage.service.url, id, ticket)
    assert.deepEqual([status, json.state, json.end_reason], [200, 'ended', 'owner'])
    assert.deepEqual((await ended(stage.service, id)).reason, 'owner')
    assert.deepEqual(stage.openai.hangUps.filter(one => one === id).length, 1)
  })

  it('when its owner says so, whatever else is sent along', async () => {
    const bodies: [type: string, body: string][] = [
      ['text/plain', 'please'],
      ['application/json', '{'],
      ['no type at all', 'x'],
      ['application/sdp', 'x'.repeat(100_000)],
    ]
    for (const [type, body] of bodies) {
      const { id, ticket } = await lineInto()
      const headers = { ...bearer(ticket), 'content-type': type }
      const answer = await ask(`${stage.service.url}/v1/realtime/calls/${id}`, { method: 'DELETE', headers, body })
      assert.deepEqual([answer.status, answer.json.end_reason], [200, 'owner'], type)
    }
  })

  it('when an operator says so', async () => {
    const { id } = await lineInto()
    assert.equal((await endCall(stage.service.url, id, ADMIN_TOKEN)).json.end_reason, 'operator')
  })

  it('when OpenAI no longer knows it: nothing more is asked than whether that holds', async () => {
    const { id, line } = await lineInto()
    stage.openai.behave({ sideband: one => one !== id, hangUp: response => response.writeHead(404).end('{}') })
    line.drop()
    assert.equal((await ended(stage.service, id)).reason, 'ended')
  })

  it('at its longest time, which its receipt tells', async t => {
    const service = await callsService(t, stage.openai, { MAX_CALL_SECONDS: '2' })
    const { id, ticket } = await lineInto(service)
    assert.equal((await ended(service, id)).reason, 'max_seconds')
    const { json } = await readCall(service.url, id, ticket)
    assert.ok(json.seconds >= 2, `${json.seconds} s`)
    assert.ok(Date.parse(json.ended_at) - Date.parse(json.started_at) > 1500)
  })

  it('without the human, however much Parker talks, and not while the human is there', async t => {
    const service = await callsService(t, stage.openai, { CALL_IDLE_SECONDS: '2' })
    const keepSending = (line: Line, ...events: Event[]) => {
      const talk = setInterval(() => line.send(...events), 200)
      t.after(() => clearInterval(talk))
    }
    // The lively one is the older: it would be the first to end.
    const lively = await lineInto(service)
    keepSending(lively.line, response(1), { type: 'input_audio_buffer.committed' })
    const silent = await lineInto(service)
    keepSending(silent.line, response(1))
    assert.equal((await ended(service, silent.id)).reason, 'idle')
    const { json } = await readCall(service.url, lively.id, lively.ticket)
    assert.equal(json.state, 'active')
  })

  it('at its spending limit, looked at after each response', async t => {
    const service = await callsService(t, stage.openai, { MAX_CALL_USD: '0.01' })
    const { id, ticket, line } = await lineInto(service)
    line.send(response(100))
    while ((await readCall(service.url, id, ticket)).json.responses < 1);
    assert.equal((await readCall(service.url, id, ticket)).json.state, 'active')
    line.send(response(100))
    const { reason, usd } = await ended(service, id)
    assert.deepEqual([reason, usd], ['max_usd', 0.0128])
  })

  it('for one reason only, the first', async t => {
    const service = await callsService(t, stage.openai, { MAX_CALL_USD: '0.01' })
    const { id, ticket, line } = await lineInto(service)
    const held = Promise.withResolvers<void>()
    stage.openai.behave({
      async hangUp(answer) {
        await held.promise
        answer.writeHead(200).end('{}')
      },
    })
    line.send(response(1000), sessionUpdated({ instructions: 'Sing.', tools: [] }))
    await stage.openai.hungUp(id)
    const { json } = await readCall(service.url, id, ticket)
    assert.deepEqual([json.state, json.end_reason], ['ending', 'max_usd'])
    const byOwner = endCall(service.url, id, ticket)
    held.resolve()
    assert.equal((await byOwner).json.end_reason, 'max_usd')
    assert.equal((await ended(service, id)).reason, 'max_usd')
    assert.equal(service.logs().filter(({ msg }) => msg === 'call_ended').length, 1)
    assert.equal(stage.openai.hangUps.filter(one => one === id).length, 1)
  })

  it('though the hang-up fails at first: it is tried until it holds', async () => {
    const { id, ticket } = await lineInto()
    let failures = 3
    stage.openai.behave({
      hangUp(answer) {
        if (failures-- > 0) answer.writeHead(500).end('{}')
        else answer.writeHead(404).end('{}')
      },
    })
    await endCall(stage.service.url, id, ticket)
    assert.equal((await ended(stage.service, id)).reason, 'owner')
    assert.equal(stage.openai.hangUps.filter(one => one === id).length, 4)
  })

  it('with the service, where no other instance is there, after the drain', async t => {
    const service = await callsService(t, stage.openai, { SHUTDOWN_DELAY_SECONDS: '2' })
    const { id, ticket } = await lineInto(service)
    const stopped = service.stop()
    await service.logged(({ msg }) => msg.startsWith('Draining'))
    assert.equal((await readCall(service.url, id, ticket)).json.state, 'active')
    assert.equal(await stopped, 0)
    assert.ok(stage.openai.hangUps.includes(id))
    assert.equal((await ended(service, id)).reason, 'shutdown')
  })

  it('with the service, though OpenAI takes it only when the grace is over', async t => {
    const service = await callsService(t, stage.openai, { SHUTDOWN_GRACE_SECONDS: '2' })
    const ticket = await takeTicket(service.url)
    const held = stage.openai.holdPlacing()
    const browser = postOffer(service.url, ticket)
    const cut = browser.catch(await held)
    const code = await service.stop()
    await cut
    const id = stage.openai.placed.at(-1)?.id ?? ''
    assert.equal(code, 0)
    assert.ok(stage.openai.hangUps.includes(id))
    assert.equal((await ended(service, id)).reason, 'caller_gone')
  })
})

describe('instructions and tools', () => {
  const foreign = (n: number) => sessionUpdated({ instructions: `Sing, ${n}.`, tools: [] })

  it('are put back when somebody changes them, three times; the next change ends the call', async () => {
    const call = await lineInto()
    const own = sessionUpdated({ instructions: call.instructions, tools: [] })
    for (let n = 1; n <= 3; n++) {
      call.line.send(
        n === 2 ? sessionUpdated({ instructions: call.instructions, tools: [{ name: 'pay' }] }) : foreign(n),
      )
      const heard = (count: number) => () => restored(call).length === count
      await call.line.heard(heard(n))
      call.line.send(own)
    }
    const [update] = restored(call)
    assert.deepEqual(update?.session, { type: 'realtime', instructions: call.instructions, tools: [] })
    assert.equal((await readCall(stage.service.url, call.id, call.ticket)).json.drifts, 3)
    call.line.send(foreign(4))
    assert.equal((await ended(stage.service, call.id)).reason, 'drift')
  })

  it('that OpenAI does not let us put back end the call, and count as changed once', async () => {
    const call = await lineInto()
    call.line.send(foreign(1))
    const { event_id } = await call.line.heard(restores)
    call.line.send({ type: 'error', error: { type: 'invalid_request_error', event_id } })
    const { reason, drifts } = await ended(stage.service, call.id)
    assert.deepEqual([reason, drifts], ['drift', 1])
  })

  it('are left alone where that is allowed', async t => {
    const service = await callsService(t, stage.openai, { CALL_DRIFT: 'allow' })
    const call = await lineInto(service)
    call.line.send(...[1, 2, 3, 4, 5].map(foreign), response(1))
    while ((await readCall(service.url, call.id, call.ticket)).json.responses < 1);
    assert.deepEqual(call.line.heardSoFar(), [], 'not even asked')
    assert.equal((await readCall(service.url, call.id, call.ticket)).json.state, 'active')
  })

  it('are asked for at each joining, since OpenAI tells nobody who joins what was changed before', async () => {
    const call = await lineInto()
    assert.deepEqual((await call.line.heard(asks)).session, { type: 'realtime' }, 'which changes nothing')
    call.line.send(foreign(1))
    await call.line.heard(restores)
    call.line.send(sessionUpdated({ instructions: call.instructions, tools: [] }))
    call.line.drop()
    const again = await stage.openai.line(call.id)
    await again.heard(asks)
    again.send(foreign(2))
    await again.heard(restores)
    assert.equal((await readCall(stage.service.url, call.id, call.ticket)).json.drifts, 2)
  })

  it('end the call where that is asked for, also when they were changed while nobody listened', async t => {
    const service = await callsService(t, stage.openai, { CALL_DRIFT: 'hangup' })
    const call = await lineInto(service)
    await call.line.heard(asks)
    call.line.send(sessionUpdated({ instructions: call.instructions, tools: [], voice: 'cedar' }))
    call.line.drop()
    const again = await stage.openai.line(call.id)
    await again.heard(asks)
    assert.equal((await readCall(service.url, call.id, call.ticket)).json.state, 'active')
    again.send(foreign(1))
    const { reason, drifts } = await ended(service, call.id)
    assert.deepEqual([reason, drifts], ['drift', 1])
  })
})

describe('what calls cost', () => {
  it('is counted for each response and each transcription, and told to owner and operator until it is forgotten', async () => {
    const { id, ticket, line } = await lineInto()
    line.send(response(100), {
      type: 'conversation.item.input_audio_transcription.completed',
      usage: { type: 'duration', seconds: 6 },
    })
    line.send(response(1), response(2))
    await endCall(stage.service.url, id, ticket)
    for (const token of [ticket, ADMIN_TOKEN]) {
      const { json } = await readCall(stage.service.url, id, token)
      assert.deepEqual([json.state, json.end_reason], ['ended', 'owner'])
      assert.deepEqual([json.responses, json.tokens.audio_out, json.transcribed_seconds], [3, 103, 6])
      assert.equal(json.usd, 0.008292)
    }
    const other = await placeCall(stage.service.url)
    assert.equal((await readCall(stage.service.url, id, other.ticket)).status, 404)
    assert.equal((await ask(`${stage.service.url}/v1/realtime/calls/${id}`)).status, 401)
    const { usd, tokens, client, session_id } = await ended(stage.service, id)
    assert.deepEqual([usd, tokens], [0.008292, { audio_out: 103 }])
    assert.match(String(client), /^[0-9a-f]{32}$/)
    assert.match(String(session_id), /^sess_/)
  })

  it('is added up in the metrics, by bounded labels', async () => {
    const { id, ticket, line } = await lineInto()
    const seen = async () =>
      openMetrics((await ask(`${stage.service.url}/metrics`, { headers: bearer(ADMIN_TOKEN) })).text)
    const active = await seen()
    assert.ok((active.value('parker_calls_active', {}) ?? 0) >= 1)
    line.send(response(50))
    await endCall(stage.service.url, id, ticket)
    const after = await seen()
    const grew = (name: string, labels: Record<string, string>) =>
      (after.value(name, labels) ?? 0) > (active.value(name, labels) ?? 0)
    assert.ok(grew('parker_calls_ended_total', { reason: 'owner' }))
    assert.ok(grew('parker_call_usd_total', { model: 'gpt-realtime' }))
    assert.ok(grew('parker_call_tokens_total', { model: 'gpt-realtime', kind: 'audio_out' }))
  })

  it('holds up new calls once the budget of a day is used up, and says until when', async t => {
    const service = await callsService(t, stage.openai, { CLIENT_DAILY_USD: '0.005' })
    const { id, ticket } = await placeCall(service.url, {}, as(1))
    const line = await stage.openai.line(id)
    line.send(response(100))
    while ((await readCall(service.url, id, ticket)).json.responses < 1);
    const unspent = await takeTicket(service.url, {}, as(1))
    const refusal = await postOffer(service.url, unspent, undefined, as(1))
    assert.equal(refusal.json.error.type, 'budget_exhausted')
    const midnight = Math.ceil((86_400_000 - (Date.now() % 86_400_000)) / 1000)
    assert.ok(Math.abs(refusal.json.error.retry_after - midnight) <= 2)
    assert.equal((await readCall(service.url, 'rtc_x', unspent)).status, 404, 'the ticket is still good')
  })

  it('is listed for operators, newest first, by filters and in pages', async () => {
    const { url } = stage.service
    const ids: string[] = []
    for (let n = 0; n < 3; n++) ids.push((await placeCall(url, { model: 'gpt-realtime-2' }, as(50 + n))).id)
    await placeCall(url, { model: 'gpt-realtime' }, as(53))
    await endCall(url, ids[1] ?? '', ADMIN_TOKEN)
    const list = async (query: string) => {
      const { json } = await ask(`${url}/v1/realtime/calls?model=gpt-realtime-2${query}`, {
        headers: bearer(ADMIN_TOKEN),
      })
      return json
    }
    const idsOf = ({ calls }: { calls: { id: string }[] }) => calls.map(({ id }) => id)
    assert.deepEqual(idsOf(await list('')), ids.toReversed())
    assert.deepEqual(idsOf(await list('&state=active')), [ids[2], ids[0]])
    assert.deepEqual(idsOf(await list('&reason=operator')), [ids[1]])
    const { calls, next } = await list('&limit=2')
    assert.deepEqual(idsOf({ calls }), [ids[2], ids[1]])
    assert.deepEqual(idsOf(await list(`&limit=2&before=${next}`)), [ids[0]])
    assert.deepEqual(idsOf(await list(`&client=${calls[0].client}`)), [ids[2]])
    for (const bad of ['&limit=0', '&limit=101', '&state=lost', '&more=1', '&before=x'])
      assert.equal((await ask(`${url}/v1/realtime/calls?${bad}`, { headers: bearer(ADMIN_TOKEN) })).status, 422, bad)
    assert.equal((await ask(`${url}/v1/realtime/calls`)).status, 401)
  })
})

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { startEmulator } from '../packages/emulator/src/emulator.ts'
import type { Judgement } from '../packages/server/src/voice/lab/judge.ts'
import { fromWav } from '../packages/server/src/voice/lab/sound.ts'
import { DEFAULT_LINE } from '../packages/server/src/voice/trial/prompt.ts'
import { type Answered, ask } from './harness/ask.ts'
import { assertFailure, assertSafeHeaders } from './harness/failures.ts'
import { jsonSchema } from './harness/json-schema.ts'
import { API_KEY, type RunningService, startService } from './harness/service.ts'
import { babble, silence } from './harness/signals.ts'
import { saying, startTalker, type Talker } from './harness/talker.ts'

const ADMIN_TOKEN = 'operators-only-0123456789'
const OPERATOR = { authorization: `Bearer ${ADMIN_TOKEN}` }
const SOUND = babble({ pitchHz: 120, formantsHz: [500, 1300, 2500], seconds: 3 })

describe('POST /v1/voice/test', () => {
  let talker: Talker
  let service: RunningService
  before(async () => {
    talker = await startTalker()
    service = await startService({ OPENAI_BASE_URL: talker.baseUrl, ADMIN_TOKEN, UPSTREAM_TIMEOUT_MS: '2000' })
  })
  after(async () => {
    await service.stop()
    await talker.close()
  })

  const test = (body: unknown = { voice: 'cedar' }, query = '', headers: Record<string, string> = OPERATOR) =>
    ask(`${service.url}/v1/voice/test${query}`, { method: 'POST', body, headers })

  it('opens a real session with the server key, has Parker say the words, and judges them', async () => {
    talker.talk(saying(SOUND, 'Nothing but net.'))
    const request = {
      voice: 'cedar',
      difficulty: 'savage',
      sport: 'basketball',
      mode: 'debate',
      say: 'Nothing but net!',
    }
    const { status, json, headers } = await test(request)
    assert.equal(status, 200)
    assert.match(headers.get('content-type') ?? '', /^application\/json/)

    const { request: upgrade, events } = talker.conversations.at(-1) as (typeof talker.conversations)[number]
    assert.equal(upgrade.url, '/v1/realtime?model=gpt-realtime')
    assert.equal(upgrade.headers.authorization, `Bearer ${API_KEY}`)
    assert.deepEqual(
      events.map(({ type }) => type),
      ['session.update', 'conversation.item.create', 'response.create'],
    )
    const { session } = events[0] as unknown as {
      session: { instructions: string; audio: { output: { voice: string } } }
    }
    assert.equal(session.audio.output.voice, 'cedar')
    assert.match(session.instructions, /Parker/)
    assert.match(JSON.stringify(events[1]), /Nothing but net!/)

    assert.deepEqual([json.voice, json.difficulty, json.sport, json.mode], ['cedar', 'savage', 'basketball', 'debate'])
    assert.deepEqual([json.asked, json.said, json.word_edits], ['Nothing but net!', 'Nothing but net.', []])
    assert.equal(json.duration_seconds, 3)
    assert.deepEqual(json.tokens, { text_in: 800, text_cached: 100, text_out: 20, audio_out: 80 })
    assert.ok(json.usd > 0.008 && json.usd < 0.009, `$${json.usd}`)
    const words = json.checks.find(({ name }: { name: string }) => name === 'word_error_rate')
    assert.deepEqual([words.verdict, words.value, words.limit], ['pass', 0, 'pass up to 5, warn up to 15'])
    await talker.conversations.at(-1)?.closed
  })

  it('says when the model asked for ends, as a token does', async () => {
    talker.talk(saying(SOUND, 'Hello.'))
    const { headers, json } = await test({ voice: 'cedar', model: 'gpt-4o-realtime-preview' }, '?format=wav')
    assert.equal(json, undefined)
    assert.equal(headers.get('deprecation'), `@${Date.parse('2026-05-07') / 1000}`)
    assert.match(headers.get('sunset') ?? '', /07 May 2026/)
    talker.talk(saying(SOUND, 'Hello.'))
    const current = await test({ voice: 'cedar', model: 'gpt-realtime-2' })
    assert.deepEqual([current.status, current.headers.get('deprecation')], [200, null])
  })

  it('has a line of its own for whoever names none', async () => {
    talker.talk(saying(SOUND, DEFAULT_LINE))
    assert.equal((await test()).json.asked, DEFAULT_LINE)
  })

  it('answers as the OpenAPI document says, to the field', async () => {
    talker.talk(saying(SOUND, 'Hello.'))
    const document = (await ask(`${service.url}/openapi.json`)).json
    const { content } = document.paths['/v1/voice/test'].post.responses[200]
    const schema = { ...content['application/json'].schema, additionalProperties: false }
    for (const how of [saying(SOUND, 'Hello.'), saying(silence(1), '')]) {
      talker.talk(how)
      assert.deepEqual(jsonSchema(schema)((await test()).json), [])
    }
  })

  it('hands out the recording as WAV', async () => {
    talker.talk(saying(SOUND, 'Hello.'))
    const response = await fetch(`${service.url}/v1/voice/test?format=wav`, {
      method: 'POST',
      headers: { ...OPERATOR, 'content-type': 'application/json' },
      body: '{"voice":"marin"}',
    })
    assert.equal(response.headers.get('content-type'), 'audio/wav')
    assert.equal(response.headers.get('content-disposition'), 'attachment; filename="marin-easy.wav"')
    assert.equal(fromWav(Buffer.from(await response.arrayBuffer())).samples.length, SOUND.samples.length)
  })

  it('hands out a page that may load nothing and run nothing but itself', async () => {
    talker.talk(saying(SOUND, '<script>alert(1)</script> & more'))
    const page = await test({ voice: 'verse' }, '?format=html')
    assertSafeHeaders(page)
    assert.match(page.headers.get('content-type') ?? '', /^text\/html/)
    const policy = page.headers.get('content-security-policy') ?? ''
    assert.match(
      policy,
      /^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; img-src data:; media-src/,
    )
    assert.ok(!page.text.includes('<script>alert'), 'the transcript is text')
    assert.doesNotMatch(page.text, /\b(src|href)="(?!data:|#)/)
  })

  const REFUSED: [what: string, body: unknown, query: string, field: string][] = [
    ['no voice', {}, '', 'voice'],
    ['an unknown voice', { voice: 'nobody' }, '', 'voice'],
    ['instructions', { voice: 'verse', instructions: 'Be brief.' }, '', 'instructions'],
    ['nothing to say', { voice: 'verse', say: '' }, '', 'say'],
    ['nothing but spaces to say', { voice: 'verse', say: ' \n ' }, '', 'say'],
    ['a speech', { voice: 'verse', say: 'x'.repeat(501) }, '', 'say'],
    ['an unknown format', { voice: 'verse' }, '?format=mp3', 'format'],
    ['an unknown question', { voice: 'verse' }, '?loud=1', 'loud'],
  ]
  for (const [what, body, query, field] of REFUSED)
    it(`refuses ${what}`, async () => {
      const before = talker.conversations.length
      const answer = await test(body, query)
      assertFailure(answer, 422, 'validation_failed')
      assert.equal(answer.json.error.details.fields[0].path, field)
      assert.equal(talker.conversations.length, before)
    })

  it('is for operators', async () => {
    assertFailure(await test({ voice: 'verse' }, '', {}), 401, 'unauthenticated')
    const open = await startService({ OPENAI_BASE_URL: talker.baseUrl })
    const answer = await ask(`${open.url}/v1/voice/test`, {
      method: 'POST',
      body: { voice: 'verse' },
      headers: OPERATOR,
    })
    assertFailure(answer, 404, 'not_found')
    await open.stop()
  })

  const UPGRADES: [status: number, code: string, answer: number, type: Parameters<typeof assertFailure>[2]][] = [
    [401, 'invalid_api_key', 500, 'upstream_auth_failed'],
    [404, 'model_not_found', 422, 'model_unavailable'],
    [429, 'insufficient_quota', 503, 'insufficient_quota'],
    [429, 'rate_limit_exceeded', 429, 'upstream_rate_limited'],
    [500, 'server_error', 502, 'upstream_unavailable'],
  ]
  for (const [status, code, answer, type] of UPGRADES)
    it(`tells as ${type} that OpenAI answers ${status} ${code} to the socket`, async () => {
      talker.refuse({ status, code })
      assertFailure(await test(), answer, type)
      talker.refuse()
    })

  const failed = (code: string) => ({
    type: 'response.done',
    response: { status: 'failed', status_details: { type: 'failed', error: { type: code, code } } },
  })
  const EVENTS: [what: string, event: { type: string }, status: number, type: Parameters<typeof assertFailure>[2]][] = [
    ['a response failed for money', failed('insufficient_quota'), 503, 'insufficient_quota'],
    ['a response failed for pace', failed('rate_limit_exceeded'), 429, 'upstream_rate_limited'],
    ['a response failed', failed('server_error'), 502, 'upstream_unavailable'],
    ['an error without a code', { type: 'error' }, 502, 'upstream_unavailable'],
  ]
  for (const [what, event, status, type] of EVENTS)
    it(`tells as ${type} that ${what}`, async () => {
      talker.talk(send => send(event))
      assertFailure(await test(), status, type)
    })

  it('tells that the line broke in the middle of a reply', async () => {
    talker.talk((send, socket) => {
      send({ type: 'response.output_audio.delta', delta: 'AAAA' })
      socket.terminate()
    })
    assertFailure(await test(), 502, 'upstream_unavailable')
  })

  it('takes what is no audio for none', async () => {
    talker.talk(send => {
      send({ type: 'response.output_audio.delta', delta: 7 })
      send({ type: 'response.output_audio_transcript.done', transcript: { toString: 1 } })
      send({ type: 'response.done', response: null })
    })
    const { status, json } = await test()
    assert.deepEqual([status, json.verdict, json.said, json.duration_seconds], [200, 'fail', '', 0])
  })

  it('runs three at once and refuses the fourth', async () => {
    const waiting: (() => void)[] = []
    const full = new Promise<void>(resolve => {
      talker.talk((send, socket) => {
        waiting.push(() => saying(SOUND, 'Hello.')(send, socket))
        if (waiting.length === 3) resolve()
      })
    })
    const running = [test(), test(), test()]
    await full
    const fourth = await test()
    assertFailure(fourth, 503, 'overloaded')
    for (const go of waiting) go()
    const answers = await Promise.all(running)
    assert.deepEqual(
      answers.map(({ status }: Answered) => status),
      [200, 200, 200],
    )
  })

  it('hangs up on OpenAI when the operator hangs up, and has room again', async () => {
    const asked = new Promise<void>(resolve => talker.talk(() => resolve()))
    const hangUp = new AbortController()
    const gone = fetch(`${service.url}/v1/voice/test`, {
      method: 'POST',
      headers: { ...OPERATOR, 'content-type': 'application/json' },
      body: '{"voice":"verse"}',
      signal: hangUp.signal,
    }).catch(() => {})
    await asked
    hangUp.abort()
    await gone
    await talker.conversations.at(-1)?.closed
    talker.talk(saying(SOUND, 'Hello.'))
    assert.equal((await test()).status, 200)
  })

  it('logs what was tested and how it was, and nothing that was said', async () => {
    talker.talk(saying(SOUND, 'A secret transcript.'))
    const { headers } = await test({ voice: 'cedar', difficulty: 'expert', say: 'Confidential words.' })
    const id = headers.get('x-request-id')
    const line = await service.logged(({ request_id, path }) => request_id === id && path === '/v1/voice/test')
    assert.deepEqual(
      [line.voice, line.difficulty, line.model, line.verdict],
      ['cedar', 'expert', 'gpt-realtime', 'fail'],
    )
    assert.doesNotMatch(service.output(), /secret transcript|Confidential words/)
  })
})

/** Where no synthesiser is installed the emulator speaks one of a few clips; these are the words of one. */
const LINE = 'What a finish! Nobody in the building saw that one coming.'

describe('the voice test of a voice that goes wrong', () => {
  let emulator: Awaited<ReturnType<typeof startEmulator>>
  let service: RunningService
  before(async () => {
    emulator = await startEmulator({ log: () => {} })
    service = await startService({ OPENAI_BASE_URL: emulator.baseUrl, ADMIN_TOKEN })
  })
  after(async () => {
    await service.stop()
    await emulator.close()
  })

  async function checksOf(faults: string, say = LINE): Promise<Judgement[]> {
    emulator.setFaults(faults)
    const body = { voice: 'verse', say }
    const { status, json, text } = await ask(`${service.url}/v1/voice/test`, {
      method: 'POST',
      body,
      headers: OPERATOR,
    })
    assert.equal(status, 200, text)
    return json.checks
  }

  const bad = (checks: readonly Judgement[]) =>
    checks.filter(({ verdict }) => verdict === 'fail').map(({ defect }) => defect)

  it('finds nothing wrong with the sound and the words of a sound one', async () => {
    // The end decides which clip is played, and cannot be heard.
    const tries = await Array.fromAsync(['', '!', '!!', '!!!'], ending => checksOf('', LINE + ending))
    const heard = tries.find(checks => checks.find(({ name }) => name === 'word_error_rate')?.value === 0)
    assert.ok(heard, 'the words were never said')
    // How fast it comes is the machine's affair.
    const times = ['first_audio_ms', 'first_speech_ms', 'realtime_factor', 'stalled_ms']
    assert.deepEqual(
      heard.filter(({ name, verdict }) => verdict === 'fail' && !times.includes(name)),
      [],
    )
  })

  const PLANTED = {
    silence: 'silence',
    clipping: 'clipping',
    gaps: 'long gaps',
    'wrong-words': 'wrong words',
    noise: 'noise',
    late: 'late start',
    'delay=2500': 'late start',
  }
  for (const [fault, defect] of Object.entries(PLANTED))
    it(`catches ${fault} and calls it: ${defect}`, async () => {
      const found = bad(await checksOf(`reply:${fault}`))
      assert.ok(found.includes(defect), `found: ${found.join(', ') || 'nothing'}`)
    })

  it('tells that a reply failed', async () => {
    emulator.setFaults('reply:failed')
    const body = { voice: 'verse' }
    const answer = await ask(`${service.url}/v1/voice/test`, { method: 'POST', body, headers: OPERATOR })
    assertFailure(answer, 502, 'upstream_unavailable')
  })
})

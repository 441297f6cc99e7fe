import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import OpenAI from 'openai'
import { emulatorFor, jsonOf } from './test-emulator.ts'

const NOW = 1_784_852_504_000

/** Recorded traffic, pydantic-ai cassettes, July 2026; ids apart. */
const recorded = {
  expires_at: 1784852564,
  session: {
    type: 'realtime',
    object: 'realtime.session',
    model: 'gpt-realtime',
    output_modalities: ['audio'],
    instructions: 'Be brief.',
    tools: [],
    tool_choice: 'auto',
    max_output_tokens: 'inf',
    tracing: null,
    truncation: 'auto',
    prompt: null,
    expires_at: 0,
    include: null,
    audio: {
      input: {
        format: { type: 'audio/pcm', rate: 24000 },
        transcription: { model: 'gpt-realtime-whisper', language: null, prompt: null },
        noise_reduction: null,
        turn_detection: {
          type: 'server_vad',
          threshold: 0.5,
          prefix_padding_ms: 300,
          silence_duration_ms: 200,
          idle_timeout_ms: null,
          create_response: true,
          interrupt_response: true,
        },
      },
      output: { format: { type: 'audio/pcm', rate: 24000 }, voice: 'marin', speed: 1 },
    },
  },
}

test('a mint has the recorded shape and headers', async t => {
  const { mint } = await emulatorFor(t, { now: () => NOW })
  const response = await mint({
    expires_after: { anchor: 'created_at', seconds: 60 },
    session: {
      type: 'realtime',
      model: 'gpt-realtime',
      instructions: 'Be brief.',
      audio: { input: { transcription: { model: 'gpt-realtime-whisper' } }, output: { voice: 'marin' } },
    },
  })
  const { value, ...answer } = await jsonOf(response)
  const { id, ...session } = answer.session
  assert.equal(response.status, 200)
  assert.match(value, /^ek_6a62b018[0-9a-f]{24}$/)
  assert.match(id, /^sess_[\w-]{21}$/)
  assert.deepEqual({ ...answer, session }, recorded)
  assert.equal(response.headers.get('content-type'), 'application/json')
  assert.equal(response.headers.get('openai-version'), '2020-10-01')
  assert.match(response.headers.get('openai-processing-ms') ?? '', /^\d+$/)
  assert.match(response.headers.get('x-request-id') ?? '', /^req_[0-9a-f]{32}$/)
})

test('silence is filled with the defaults of the model', async t => {
  const { mint } = await emulatorFor(t)
  const audioOf = async (model: string) => {
    const { session } = await jsonOf(await mint({ session: { type: 'realtime', model } }))
    return [session.audio.output.voice, session.audio.input.turn_detection.silence_duration_ms]
  }
  assert.deepEqual(await audioOf('gpt-realtime'), ['alloy', 200])
  assert.deepEqual(await audioOf('gpt-realtime-2.1'), ['marin', 500])
})

test('nothing asked gives ten minutes of the newest model', async t => {
  const { mint } = await emulatorFor(t, { now: () => NOW })
  const answer = await jsonOf(await mint(''))
  assert.equal(answer.expires_at, NOW / 1000 + 600)
  assert.equal(answer.session.model, 'gpt-realtime-2.1')
})

test('what was asked for comes back, credentials of MCP servers excepted', async t => {
  const { mint } = await emulatorFor(t)
  const response = await mint({
    session: {
      type: 'realtime',
      reasoning: { effort: 'low' },
      tools: [
        { type: 'function', name: 'goals' },
        {
          type: 'mcp',
          server_label: 'm',
          server_url: 'https://m.test',
          authorization: 'secret',
          headers: { a: 'secret' },
        },
      ],
      audio: {
        input: { turn_detection: { type: 'semantic_vad', eagerness: 'low' }, noise_reduction: { type: 'near_field' } },
        output: { voice: { id: 'voice_1' } },
      },
    },
  })
  const { session } = await jsonOf(response)
  assert.deepEqual(session.reasoning, { effort: 'low' })
  assert.deepEqual(session.tools, [
    { type: 'function', name: 'goals', description: null, parameters: null },
    { type: 'mcp', server_label: 'm', server_url: 'https://m.test', authorization: null, headers: null },
  ])
  assert.deepEqual(session.audio.input.turn_detection, {
    type: 'semantic_vad',
    eagerness: 'low',
    create_response: true,
    interrupt_response: true,
  })
  assert.equal(session.audio.output.voice, 'voice_1')
})

test('a transcription session is another object', async t => {
  const { mint } = await emulatorFor(t)
  const whisper = { audio: { input: { transcription: { model: 'gpt-realtime-whisper' } } } }
  const { session } = await jsonOf(await mint({ session: { type: 'transcription', ...whisper } }))
  assert.equal(session.object, 'realtime.transcription_session')
  assert.equal(session.audio.input.turn_detection, null)
  assert.equal('model' in session, false)
})

const refused: readonly [body: unknown, status: number, code: string, param: string | null][] = [
  [{ type: 'realtime' }, 400, 'unknown_parameter', 'type'],
  [{ session: { type: 'realtime', model: 'gpt-live-1' } }, 404, 'model_not_found', null],
  [{ session: { type: 'realtime', model: 'gpt-4o-realtime-preview' } }, 404, 'model_not_found', null],
  [
    { session: { type: 'realtime', model: 'gpt-realtime', reasoning: { effort: 'low' } } },
    400,
    'unsupported_parameter',
    'session.reasoning',
  ],
  [
    {
      session: {
        type: 'transcription',
        audio: { input: { transcription: { model: 'gpt-realtime-whisper' }, turn_detection: { type: 'server_vad' } } },
      },
    },
    400,
    'invalid_type',
    'session.audio.input.turn_detection',
  ],
]

for (const [body, status, code, param] of refused) {
  test(`${JSON.stringify(body)} is answered ${status} ${code}`, async t => {
    const { mint, emulator } = await emulatorFor(t)
    const response = await mint(body)
    const { error } = await jsonOf(response)
    assert.deepEqual([response.status, error.code, error.param], [status, code, param])
    assert.equal(emulator.mints, 0)
  })
}

test('without the right key nothing is read', async t => {
  const { mint } = await emulatorFor(t, { apiKey: 'sk-right' })
  const response = await mint('not json')
  assert.equal(response.status, 401)
  assert.equal((await jsonOf(response)).error.code, 'invalid_api_key')
  assert.equal((await mint({}, { headers: { authorization: 'Bearer sk-right' } })).status, 200)
})

test("OpenAI's own client mints, and lists models", async t => {
  const { emulator } = await emulatorFor(t)
  const client = new OpenAI({ apiKey: 'sk-x', baseURL: emulator.baseUrl, maxRetries: 0 })
  const secret = await client.realtime.clientSecrets.create({
    expires_after: { anchor: 'created_at', seconds: 60 },
    session: { type: 'realtime', model: 'gpt-realtime-2.1', audio: { output: { voice: 'cedar' } } },
  })
  assert.match(secret.value, /^ek_/)
  const ids = (await client.models.list()).data.map(model => model.id)
  assert.ok(ids.includes('gpt-realtime-2.1'))
})

test("OpenAI's own client reads the refusals", async t => {
  const { emulator } = await emulatorFor(t)
  const client = new OpenAI({ apiKey: 'sk-x', baseURL: emulator.baseUrl, maxRetries: 0 })
  await assert.rejects(
    client.realtime.clientSecrets.create({ session: { type: 'realtime', model: 'gone' } }),
    error =>
      error instanceof OpenAI.NotFoundError && error.code === 'model_not_found' && /^req_/.test(`${error.requestID}`),
  )
})

/** Bodies near the truth: the real names with any values, besides plain noise. */
const nearlySessions = fc.record(
  {
    expires_after: fc.oneof(fc.record({ anchor: fc.constant('created_at'), seconds: fc.integer() }), fc.jsonValue()),
    session: fc.oneof(
      fc.record(
        {
          type: fc.constantFrom('realtime', 'transcription', 'x'),
          model: fc.oneof(fc.constantFrom('gpt-realtime', 'gpt-realtime-2.1'), fc.string()),
          tools: fc.array(fc.oneof(fc.record({ type: fc.constant('function'), name: fc.string() }), fc.jsonValue())),
          audio: fc.record({ input: fc.jsonValue(), output: fc.jsonValue() }, { requiredKeys: [] }),
          tracing: fc.jsonValue(),
          tool_choice: fc.jsonValue(),
        },
        { requiredKeys: ['type'] },
      ),
      fc.jsonValue(),
    ),
  },
  { requiredKeys: [] },
)

const deep = `{"session":{"type":"realtime","tracing":{"metadata":{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}}}}`

test('no body does worse than a 400 or 404 in the shape of an error', async t => {
  const { mint } = await emulatorFor(t)
  const bodies = fc.oneof(
    nearlySessions.map(body => JSON.stringify(body)),
    fc.json(),
    fc.string({ unit: 'binary' }),
  )
  await fc.assert(
    fc.asyncProperty(bodies, async body => {
      const response = await mint(body)
      const answer = await jsonOf(response)
      if (response.status === 200) return assert.match(answer.value, /^ek_/)
      assert.ok([400, 404].includes(response.status), `${response.status} for ${body}`)
      assert.deepEqual(Object.keys(answer.error), ['message', 'type', 'param', 'code'])
    }),
    { numRuns: 500 },
  )
})

test('a body nested too deeply to be written back does not end the emulator', async t => {
  const { mint } = await emulatorFor(t)
  assert.ok([200, 500].includes((await mint(deep)).status))
  assert.equal((await mint()).status, 200)
})

test('a body over 4 MiB is refused', async t => {
  const { mint } = await emulatorFor(t)
  assert.equal((await mint(' '.repeat(4 * 1024 * 1024 + 1))).status, 413)
})

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import OpenAI from 'openai'
import type { ClientSecretCreateParams } from 'openai/resources/realtime/client-secrets'
import { modelState } from '../packages/server/src/catalogue/models.ts'
import { FORMS } from '../packages/server/src/upstream/forms.ts'
import { askToken } from './harness/ask.ts'
import { API_KEY, type RunningService, startService } from './harness/service.ts'
import { type Behaviour, goodSecret, type Received, send, startUpstream, type Upstream } from './harness/upstream.ts'

let upstream: Upstream
let ga: RunningService
/** Everything that can be set for the session, set to something else. */
let tuned: RunningService
let beta: RunningService
/** Says who its clients are. */
let telling: RunningService

const minting: Behaviour = (_request, response) => send(response, 200, { ...goodSecret(), client_secret: 'ek_beta' })

before(async () => {
  upstream = await startUpstream(minting)
  const common = { OPENAI_BASE_URL: upstream.baseUrl, POOL_ENABLED: 'false' }
  ;[ga, tuned, beta, telling] = await Promise.all([
    startService(common),
    startService({ ...common, ...TUNING }),
    startService({ ...common, OPENAI_REALTIME_API: 'beta' }),
    startService({
      ...common,
      SAFETY_IDENTIFIER: 'client',
      TRUST_PROXY: '1',
      OPENAI_ORGANIZATION: 'org-parker',
      OPENAI_PROJECT: 'proj_parker',
    }),
  ])
})

after(async () => {
  await Promise.all([ga, tuned, beta, telling].map(service => service.stop()))
  await upstream.close()
})

const TUNING = {
  TOKEN_TTL_SECONDS: '7200',
  ALLOWED_MODELS: 'gpt-realtime-2.1,gpt-realtime-9',
  REALTIME_MODEL: 'gpt-realtime-9',
  ALLOWED_VOICES: 'cedar,voice_custom',
  REALTIME_VOICE: 'voice_custom',
  TRANSCRIPTION_MODEL: 'none',
  VAD_THRESHOLD: '0.9',
  VAD_PREFIX_PADDING_MS: '0',
  VAD_SILENCE_DURATION_MS: '200',
  DEFAULT_SPEED: '1.5',
  DEFAULT_MAX_TOKENS: 'inf',
}

interface Captured extends Received {
  // biome-ignore lint/suspicious/noExplicitAny: compared as a whole with what the official client sends
  sent: any
  // biome-ignore lint/suspicious/noExplicitAny: the reply's fields are compared one by one
  reply: any
}

/** What the service sends OpenAI for such a request, and what it answers. */
async function capture(
  service: RunningService,
  body: object = {},
  headers?: Record<string, string>,
): Promise<Captured> {
  const start = upstream.received.length
  const { status, json } = await askToken(service.url, body, headers)
  assert.equal(status, 200)
  assert.equal(upstream.received.length, start + 1)
  const request = upstream.received[start]
  assert.ok(request)
  return { ...request, sent: JSON.parse(request.body), reply: json }
}

/** The client's documentation says `null`; its types leave that out. */
const OFF = null as unknown as { type: 'near_field' }

/** The body of today's form, as the official client's types have it, for these instructions. */
const bodyOf = (instructions: string) =>
  ({
    expires_after: { anchor: 'created_at', seconds: 600 },
    session: {
      type: 'realtime',
      model: 'gpt-realtime',
      instructions,
      output_modalities: ['audio'],
      audio: {
        input: {
          format: { type: 'audio/pcm', rate: 24_000 },
          transcription: { model: 'gpt-realtime-whisper' },
          noise_reduction: OFF,
          turn_detection: {
            type: 'server_vad',
            threshold: 0.5,
            prefix_padding_ms: 300,
            silence_duration_ms: 500,
            idle_timeout_ms: null,
            create_response: true,
            interrupt_response: true,
          },
        },
        output: { format: { type: 'audio/pcm', rate: 24_000 }, voice: 'verse', speed: 1 },
      },
      tools: [],
      tool_choice: 'auto',
      max_output_tokens: 4096,
      truncation: 'auto',
      tracing: null,
    },
  }) satisfies ClientSecretCreateParams

test("a session nobody chose anything for goes out as the official client's types have it, every default spelled out", async () => {
  const { method, url, sent, reply } = await capture(ga)
  assert.deepEqual([method, url], ['POST', '/v1/realtime/client_secrets'])
  assert.deepEqual(sent, bodyOf(reply.instructions))
})

test("the form's own function makes the same body", () => {
  const session = { ...SESSION, model: modelState('gpt-realtime', Date.now()) }
  assert.deepEqual(FORMS.ga.body(session, DEFAULTS), bodyOf(SESSION.instructions))
})

const SESSION = {
  voice: 'verse',
  difficulty: 'easy',
  mode: undefined,
  sport: undefined,
  instructions: 'You are Parker.',
  shared: true,
} as const

const DEFAULTS = {
  TOKEN_TTL_SECONDS: 600,
  TRANSCRIPTION_MODEL: 'gpt-realtime-whisper',
  VAD_THRESHOLD: 0.5,
  VAD_PREFIX_PADDING_MS: 300,
  VAD_SILENCE_DURATION_MS: 500,
  DEFAULT_SPEED: 1,
  DEFAULT_MAX_TOKENS: 4096,
  DEFAULT_TEMPERATURE: 0.8,
}

test('the official client, asked for the same secret, sends the same request', async () => {
  const ours = await capture(ga, { instructions: 'Say “hello”\n\tand é 🎙.', sport: 'golf' })
  const official = new OpenAI({ apiKey: API_KEY, baseURL: upstream.baseUrl, maxRetries: 0 })
  const start = upstream.received.length
  await official.realtime.clientSecrets.create(bodyOf(ours.reply.instructions))
  const theirs = upstream.received[start]
  assert.ok(theirs)
  assert.equal(ours.body, theirs.body)
  const shape = ({ method, url, headers }: Received) => [method, url, headers.authorization, headers['content-type']]
  assert.deepEqual(shape(ours), shape(theirs))
})

test('what the session is comes from the settings', async () => {
  const { sent } = await capture(tuned)
  const { audio, model, max_output_tokens } = sent.session
  assert.deepEqual(sent.expires_after, { anchor: 'created_at', seconds: 7200 })
  assert.deepEqual([model, max_output_tokens], ['gpt-realtime-9', 'inf'])
  assert.deepEqual([audio.output.voice, audio.output.speed], [{ id: 'voice_custom' }, 1.5])
  assert.equal(audio.input.transcription, null)
  const { threshold, prefix_padding_ms, silence_duration_ms } = audio.input.turn_detection
  assert.deepEqual([threshold, prefix_padding_ms, silence_duration_ms], [0.9, 0, 200])
})

test('what the caller asks for goes into the session, and the reply tells the instructions word for word', async () => {
  const asked = { model: 'gpt-realtime-2.1', voice: 'cedar', instructions: 'Be a pirate.', difficulty: 'savage' }
  const { sent, reply } = await capture(ga, { ...asked, sport: 'golf', mode: 'debate', context: 'Lions 3, Bears 0' })
  assert.equal(sent.session.model, 'gpt-realtime-2.1')
  assert.equal(sent.session.audio.output.voice, 'cedar')
  assert.equal(sent.session.instructions, reply.instructions)
  assert.match(reply.instructions, /^Be a pirate\./)
  assert.match(reply.instructions, /Lions 3, Bears 0/)
})

test("a retired model's successor is asked for, and told", async () => {
  const { sent, reply } = await capture(ga, { model: 'gpt-4o-realtime-preview-2024-12-17' })
  assert.deepEqual([sent.session.model, reply.model], ['gpt-realtime-2.1', 'gpt-realtime-2.1'])
})

/** Headers that HTTP itself brings. */
const TRANSPORT = new Set(['host', 'connection', 'content-length'])

const headerNames = ({ headers }: Received) => Object.keys(headers).filter(name => !TRANSPORT.has(name))

test('OpenAI gets the key, the type of the body, the request id, and no other header', async () => {
  const headers = {
    'x-request-id': 'my-request',
    cookie: 'a=b',
    'user-agent': 'Fan/1.0',
    'x-forwarded-for': '203.0.113.1',
  }
  const captured = await capture(ga, {}, { ...headers, origin: 'https://www.espn.com' })
  assert.deepEqual(headerNames(captured).sort(), ['authorization', 'content-type', 'x-client-request-id'])
  assert.equal(captured.headers.authorization, `Bearer ${API_KEY}`)
  assert.equal(captured.headers['content-type'], 'application/json')
  assert.equal(captured.headers['x-client-request-id'], 'my-request')
})

test('organisation, project and safety identifier go along where they are set', async () => {
  const captured = await capture(telling)
  const more = ['openai-organization', 'openai-project', 'openai-safety-identifier']
  assert.deepEqual(headerNames(captured).sort(), ['authorization', 'content-type', ...more, 'x-client-request-id'])
  assert.equal(captured.headers['openai-organization'], 'org-parker')
  assert.equal(captured.headers['openai-project'], 'proj_parker')
  assert.equal('openai-beta' in captured.headers, false)
})

test('a client has one safety identifier, another client another, and neither tells an address', async () => {
  const identifierOf = async (address: string) =>
    String((await capture(telling, {}, { 'x-forwarded-for': address })).headers['openai-safety-identifier'])
  const [first, again, other] = [
    await identifierOf('203.0.113.1'),
    await identifierOf('203.0.113.1'),
    await identifierOf('203.0.113.2'),
  ]
  assert.equal(first, again)
  assert.notEqual(first, other)
  for (const identifier of [first, other]) {
    assert.match(identifier, /^[\w-]{16,128}$/)
    assert.doesNotMatch(identifier, /203|113/)
  }
  const network = '2001:db8:1:2'
  assert.equal(await identifierOf(`${network}::1`), await identifierOf(`${network}:ffff::2`))
})

test('the beta form is sent to the letter', async () => {
  const captured = await capture(beta)
  assert.deepEqual([captured.method, captured.url], ['POST', '/v1/realtime/sessions'])
  const names = ['authorization', 'content-type', 'openai-beta', 'x-client-request-id']
  assert.deepEqual(headerNames(captured).sort(), names)
  assert.equal(captured.headers['openai-beta'], 'realtime=v1')
  assert.equal(captured.headers['content-type'], 'application/json')
  assert.deepEqual(captured.sent, {
    model: 'gpt-realtime',
    voice: 'verse',
    modalities: ['audio', 'text'],
    instructions: captured.reply.instructions,
    input_audio_format: 'pcm16',
    output_audio_format: 'pcm16',
    input_audio_transcription: { model: 'whisper-1' },
    turn_detection: { type: 'server_vad', threshold: 0.5, prefix_padding_ms: 300, silence_duration_ms: 500 },
    tools: [],
    tool_choice: 'auto',
    temperature: 0.8,
    max_response_output_tokens: 4096,
    speed: 1,
  })
})

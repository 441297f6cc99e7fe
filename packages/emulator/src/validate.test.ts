import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clientSecretBody } from './session-fields.ts'
import { readJson } from './validate.ts'

const realtime = (fields: object) => ({ session: { type: 'realtime', ...fields } })
const input = (fields: object) => realtime({ audio: { input: fields } })
const output = (fields: object) => realtime({ audio: { output: fields } })
const vad = (fields: object) => input({ turn_detection: { type: 'server_vad', ...fields } })

const voices = "'alloy', 'ash', 'ballad', 'coral', 'echo', 'sage', 'shimmer', 'verse', 'marin', and 'cedar'"

const refused: readonly [body: unknown, code: string, param: string | null, message: string][] = [
  [{ type: 'realtime' }, 'unknown_parameter', 'type', "Unknown parameter: 'type'."],
  [
    realtime({ temperature: 1 }),
    'unknown_parameter',
    'session.temperature',
    "Unknown parameter: 'session.temperature'.",
  ],
  [realtime({ voice: 'ash' }), 'unknown_parameter', 'session.voice', "Unknown parameter: 'session.voice'."],
  [realtime({ modalities: [] }), 'unknown_parameter', 'session.modalities', "Unknown parameter: 'session.modalities'."],
  [JSON.parse('{"__proto__":{}}'), 'unknown_parameter', '__proto__', "Unknown parameter: '__proto__'."],
  [
    realtime({ constructor: 1 }),
    'unknown_parameter',
    'session.constructor',
    "Unknown parameter: 'session.constructor'.",
  ],
  [
    vad({ eagerness: 'low' }),
    'unknown_parameter',
    'session.audio.input.turn_detection.eagerness',
    "Unknown parameter: 'session.audio.input.turn_detection.eagerness'.",
  ],
  [
    realtime({
      tools: [
        { type: 'function', name: 'a' },
        { type: 'function', name: 'b', strict: true },
      ],
    }),
    'unknown_parameter',
    'session.tools[1].strict',
    "Unknown parameter: 'session.tools[1].strict'.",
  ],
  [
    { session: { type: 'transcription', model: 'whisper-1' } },
    'unknown_parameter',
    'session.model',
    "Unknown parameter: 'session.model'.",
  ],
  [{ session: {} }, 'missing_required_parameter', 'session.type', "Missing required parameter: 'session.type'."],
  [
    { expires_after: { seconds: 60 } },
    'missing_required_parameter',
    'expires_after.anchor',
    "Missing required parameter: 'expires_after.anchor'.",
  ],
  [
    realtime({ tools: [{ type: 'function' }] }),
    'missing_required_parameter',
    'session.tools[0].name',
    "Missing required parameter: 'session.tools[0].name'.",
  ],
  [
    output({ voice: 'nova' }),
    'invalid_value',
    'session.audio.output.voice',
    `Invalid value: 'nova'. Supported values are: ${voices}.`,
  ],
  [
    { session: { type: 'live' } },
    'invalid_value',
    'session.type',
    "Invalid value: 'live'. Supported values are: 'realtime' and 'transcription'.",
  ],
  [
    realtime({ output_modalities: ['audio', 'text'] }),
    'invalid_value',
    'session.output_modalities',
    "Invalid modalities: ['audio', 'text']. Supported combinations are: ['text'] and ['audio'].",
  ],
  [
    { expires_after: { anchor: 'created_at', seconds: 9 } },
    'integer_below_min_value',
    'expires_after.seconds',
    "Invalid 'expires_after.seconds': integer below minimum value. Expected a value >= 10, but got 9 instead.",
  ],
  [
    { expires_after: { anchor: 'created_at', seconds: 7201 } },
    'integer_above_max_value',
    'expires_after.seconds',
    "Invalid 'expires_after.seconds': integer above maximum value. Expected a value <= 7200, but got 7201 instead.",
  ],
  [
    realtime({ max_output_tokens: 4097 }),
    'integer_above_max_value',
    'session.max_output_tokens',
    "Invalid 'session.max_output_tokens': integer above maximum value. Expected a value <= 4096, but got 4097 instead.",
  ],
  [
    output({ speed: 1.6 }),
    'decimal_above_max_value',
    'session.audio.output.speed',
    "Invalid 'session.audio.output.speed': decimal above maximum value. Expected a value <= 1.5, but got 1.6 instead.",
  ],
  [
    vad({ threshold: -0.1 }),
    'decimal_below_min_value',
    'session.audio.input.turn_detection.threshold',
    "Invalid 'session.audio.input.turn_detection.threshold': decimal below minimum value. Expected a value >= 0, but got -0.1 instead.",
  ],
  [
    input({ format: { type: 'audio/pcm', rate: 16000 } }),
    'integer_below_min_value',
    'session.audio.input.format.rate',
    "Invalid 'session.audio.input.format.rate': integer below minimum value. Expected a value >= 24000, but got 16000 instead.",
  ],
  [
    input({ format: 'pcm16' }),
    'invalid_type',
    'session.audio.input.format',
    "Invalid type for 'session.audio.input.format': expected an object, but got a string instead.",
  ],
  [
    realtime({ instructions: null }),
    'invalid_type',
    'session.instructions',
    "Invalid type for 'session.instructions': expected a string, but got null instead.",
  ],
  [
    realtime({ max_output_tokens: true }),
    'invalid_type',
    'session.max_output_tokens',
    "Invalid type for 'session.max_output_tokens': expected one of an integer or 'inf', but got a boolean instead.",
  ],
  [
    { expires_after: { anchor: 'created_at', seconds: 60.5 } },
    'invalid_type',
    'expires_after.seconds',
    "Invalid type for 'expires_after.seconds': expected an integer, but got a decimal number instead.",
  ],
  [[], 'invalid_type', null, 'Invalid type: expected an object, but got an array instead.'],
]

const read = (body: unknown) => readJson(JSON.stringify(body), clientSecretBody)

for (const [body, code, param, message] of refused) {
  test(`refuses ${JSON.stringify(body)}`, () => {
    const result = read(body)
    assert.ok('error' in result)
    assert.deepEqual(result.error, {
      status: 400,
      body: { error: { message, type: 'invalid_request_error', param, code } },
    })
  })
}

const accepted: readonly unknown[] = [
  {},
  realtime({}),
  { expires_after: { anchor: 'created_at' } },
  { expires_after: { anchor: 'created_at', seconds: 10 }, session: { type: 'transcription' } },
  output({ voice: { id: 'voice_123' }, format: { type: 'audio/pcmu' }, speed: 0.25 }),
  input({ transcription: null, noise_reduction: null, turn_detection: null }),
  input({ turn_detection: { type: 'semantic_vad', eagerness: 'low' }, noise_reduction: { type: 'far_field' } }),
  vad({ idle_timeout_ms: null, threshold: 1, silence_duration_ms: 200, create_response: false }),
  realtime({ tool_choice: { type: 'function', name: 'goal' }, max_output_tokens: 'inf', tracing: 'auto' }),
  realtime({ tool_choice: 'required', truncation: { type: 'retention_ratio', retention_ratio: 0.8 } }),
  realtime({ tools: [{ type: 'mcp', server_label: 'm', server_url: 'https://m.test', allowed_tools: ['a'] }] }),
  realtime({ include: ['item.input_audio_transcription.logprobs'], prompt: { id: 'p', version: null } }),
]

for (const body of accepted) {
  test(`accepts ${JSON.stringify(body)}`, () => assert.deepEqual(read(body), { value: body }))
}

test('a missing body counts as an empty object', () => {
  assert.deepEqual(readJson('', clientSecretBody), { value: {} })
})

test('a body that is not JSON is a 400 without code or param', () => {
  const result = readJson('{"session":', clientSecretBody)
  assert.ok('error' in result)
  assert.equal(result.error.status, 400)
  assert.match(result.error.body.error.message, /^We could not parse the JSON body/)
})

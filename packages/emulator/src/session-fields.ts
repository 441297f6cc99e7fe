import { type ApiError, invalidModalities } from './errors.ts'
import {
  anything,
  type Check,
  decimal,
  either,
  type Fields,
  flag,
  integer,
  listOf,
  mapOf,
  object,
  oneOf,
  orNull,
  required,
  text,
  variants,
} from './validate.ts'

/**
 * Every field OpenAI takes in `POST /v1/realtime/client_secrets`, from npm openai@7.57.0
 * resources/realtime/{client-secrets,realtime}.d.ts. A field of that file which is missing here is a mistake here.
 */

const voices = oneOf('alloy', 'ash', 'ballad', 'coral', 'echo', 'sage', 'shimmer', 'verse', 'marin', 'cedar')

const audioFormat = variants({
  'audio/pcm': { rate: integer(24000, 24000) },
  'audio/pcmu': {},
  'audio/pcma': {},
})

const transcription = object({
  model: text,
  language: text,
  languages: listOf(text),
  prompt: text,
  keywords: listOf(text),
  delay: oneOf('minimal', 'low', 'medium', 'high', 'xhigh'),
})

const noiseReduction = object({ type: oneOf('near_field', 'far_field'), strength: decimal(0, Number.MAX_VALUE) })

const turnDetection = variants({
  server_vad: {
    threshold: decimal(0, 1),
    prefix_padding_ms: integer(),
    silence_duration_ms: integer(),
    idle_timeout_ms: orNull(integer()),
    create_response: flag,
    interrupt_response: flag,
  },
  semantic_vad: {
    eagerness: oneOf('low', 'medium', 'high', 'auto'),
    create_response: flag,
    interrupt_response: flag,
  },
})

const toolFilter = object({ tool_names: listOf(text), read_only: flag })

const functionTool: Fields = { name: required(text), description: text, parameters: anything }

const tools = listOf(
  variants({
    function: functionTool,
    mcp: {
      server_label: required(text),
      server_url: text,
      connector_id: oneOf(
        'connector_dropbox',
        'connector_gmail',
        'connector_googlecalendar',
        'connector_googledrive',
        'connector_microsoftteams',
        'connector_outlookcalendar',
        'connector_outlookemail',
        'connector_sharepoint',
      ),
      tunnel_id: text,
      authorization: text,
      headers: orNull(mapOf(text)),
      allowed_tools: orNull(either(listOf(text), toolFilter)),
      require_approval: orNull(either(oneOf('always', 'never'), object({ always: toolFilter, never: toolFilter }))),
      server_description: text,
      defer_loading: flag,
      allowed_callers: orNull(listOf(oneOf('direct', 'programmatic'))),
    },
  }),
)

const toolChoice = either(
  oneOf('none', 'auto', 'required'),
  variants({
    function: { name: required(text) },
    mcp: { server_label: required(text), name: orNull(text) },
  }),
)

const tokenLimit = either(integer(1, 4096), oneOf('inf'))

const tracing = orNull(
  either(oneOf('auto'), object({ workflow_name: text, group_id: text, metadata: mapOf(anything) })),
)

const truncation = either(
  oneOf('auto', 'disabled'),
  variants({
    retention_ratio: {
      retention_ratio: required(decimal(0, 1)),
      token_limits: object({ post_instructions: integer() }),
    },
  }),
)

const include = listOf(oneOf('item.input_audio_transcription.logprobs'))

const exactlyOne = (items: unknown[], path: string): ApiError | undefined =>
  items.length === 1 ? undefined : invalidModalities(path, items)

const modalities = listOf(oneOf('text', 'audio'), exactlyOne)

const voice = either(voices, object({ id: required(text) }))

const prompt = orNull(object({ id: required(text), version: orNull(text), variables: orNull(mapOf(anything)) }))

const reasoning = object({ effort: oneOf('minimal', 'low', 'medium', 'high', 'xhigh') })

const audioInput = object({
  format: audioFormat,
  transcription: orNull(transcription),
  noise_reduction: orNull(noiseReduction),
  turn_detection: orNull(turnDetection),
})

const realtime: Fields = {
  model: text,
  instructions: text,
  output_modalities: modalities,
  audio: object({
    input: audioInput,
    output: object({
      format: audioFormat,
      voice,
      speed: decimal(0.25, 1.5),
    }),
  }),
  tools,
  tool_choice: toolChoice,
  parallel_tool_calls: flag,
  max_output_tokens: tokenLimit,
  truncation,
  tracing,
  prompt,
  include,
  reasoning,
}

const transcriptionSession: Fields = { audio: object({ input: audioInput }), include }

// Typed as optional, yet the live service refuses `expires_after` without its anchor.
const expiresAfter = object({ anchor: required(oneOf('created_at')), seconds: integer(10, 7200) })

/** A session as a mint, a call or `session.update` asks for it. */
export const sessionCheck: Check = variants({ realtime, transcription: transcriptionSession })

/** The whole body of `POST /v1/realtime/client_secrets`. */
export const clientSecretBody: Check = object({ expires_after: expiresAfter, session: sessionCheck })

/** What `response.create` may ask for one response, but for its own input. */
export const responseFields: Fields = {
  audio: object({ output: object({ format: audioFormat, voice }) }),
  conversation: text,
  instructions: text,
  max_output_tokens: tokenLimit,
  metadata: orNull(mapOf(text)),
  output_modalities: modalities,
  parallel_tool_calls: flag,
  prompt,
  reasoning,
  tool_choice: toolChoice,
  tools,
}

const betaFormat = oneOf('pcm16', 'g711_ulaw', 'g711_alaw')

/**
 * The whole body of the removed `POST /v1/realtime/sessions`, from npm openai@7.57.0
 * resources/beta/realtime/sessions.d.ts. Its voices are today's, since a gateway that still speaks the beta passes
 * them on.
 */
export const betaSessionBody: Check = object({
  model: text,
  instructions: text,
  modalities: listOf(oneOf('text', 'audio')),
  voice: voices,
  speed: decimal(0.25, 1.5),
  temperature: decimal(0.6, 1.2),
  input_audio_format: betaFormat,
  output_audio_format: betaFormat,
  input_audio_transcription: orNull(object({ model: text, language: text, prompt: text })),
  input_audio_noise_reduction: orNull(object({ type: oneOf('near_field', 'far_field') })),
  turn_detection: orNull(turnDetection),
  tools: listOf(variants({ function: functionTool })),
  tool_choice: toolChoice,
  max_response_output_tokens: tokenLimit,
  tracing,
  client_secret: object({ expires_after: expiresAfter }),
})

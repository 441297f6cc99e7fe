import type {
  ClientSecretCreateResponse,
  RealtimeSessionCreateResponse,
  RealtimeTranscriptionSessionCreateResponse,
} from 'openai/resources/realtime/client-secrets'
import type {
  AudioTranscription,
  RealtimeAudioConfigInput,
  RealtimeAudioConfigOutput,
  RealtimeAudioInputTurnDetection,
  RealtimeSessionCreateRequest,
  RealtimeToolsConfigUnion,
  RealtimeTranscriptionSessionCreateRequest,
} from 'openai/resources/realtime/realtime'
import { newId } from './ids.ts'
import type { RealtimeModel } from './models.ts'

/** OpenAI's own types, with the explicit null that the live service answers for each option left out. */
export type WithNulls<T> = T extends readonly (infer Item)[]
  ? WithNulls<Item>[]
  : T extends object
    ? { [K in keyof T]: WithNulls<T[K]> | (Record<never, never> extends Pick<T, K> ? null : never) }
    : T

/** The answer to a mint: npm openai@7.57.0 resources/realtime/client-secrets.d.ts with its nulls. */
export type MintAnswer = WithNulls<ClientSecretCreateResponse>

const pcm = { type: 'audio/pcm', rate: 24000 } as const

/** Stands for OpenAI's longer default text, which it may change at any time. */
export const DEFAULT_INSTRUCTIONS = 'You are a helpful, witty, and friendly AI.'

const responding = { create_response: true, interrupt_response: true }

const turnDetectionDefaults = (silenceMs: number) => ({
  server_vad: {
    type: 'server_vad' as const,
    threshold: 0.5,
    prefix_padding_ms: 300,
    silence_duration_ms: silenceMs,
    idle_timeout_ms: null,
    ...responding,
  },
  semantic_vad: { type: 'semantic_vad' as const, eagerness: 'auto' as const, ...responding },
})

const turnDetection = (asked: RealtimeAudioInputTurnDetection | null | undefined, silenceMs: number) => {
  if (asked === null) return null
  const defaults = turnDetectionDefaults(silenceMs)
  return asked?.type === 'semantic_vad' ? { ...defaults.semantic_vad, ...asked } : { ...defaults.server_vad, ...asked }
}

const transcription = (asked: AudioTranscription | null | undefined): WithNulls<AudioTranscription> | null =>
  asked ? { model: null, language: null, prompt: null, ...asked } : null

const audioInput = (asked: RealtimeAudioConfigInput | undefined, silenceMs: number) => ({
  format: asked?.format ?? pcm,
  transcription: transcription(asked?.transcription),
  noise_reduction: asked?.noise_reduction ?? null,
  turn_detection: turnDetection(asked?.turn_detection, silenceMs),
})

// Answers type a voice as a string, so a custom one is taken to come back as its id.
const voiceName = (asked: RealtimeAudioConfigOutput['voice'], fallback: string) =>
  typeof asked === 'object' ? asked.id : (asked ?? fallback)

const audioOutput = (asked: RealtimeAudioConfigOutput | undefined, model: RealtimeModel) => ({
  format: asked?.format ?? pcm,
  voice: voiceName(asked?.voice, model.voice),
  speed: asked?.speed ?? 1,
})

// The caller's credentials for an MCP server go in and never come out.
const tool = (asked: RealtimeToolsConfigUnion): WithNulls<RealtimeToolsConfigUnion> =>
  asked.type === 'mcp'
    ? { ...asked, authorization: null, headers: null }
    : { description: null, parameters: null, ...asked }

/** The session that a request asks for, every silence filled with the model's default. */
export const realtimeSession = (
  asked: RealtimeSessionCreateRequest,
  model: RealtimeModel,
): WithNulls<RealtimeSessionCreateResponse> => ({
  type: 'realtime',
  object: 'realtime.session',
  id: newId('sess'),
  model: model.id,
  output_modalities: asked.output_modalities ?? ['audio'],
  instructions: asked.instructions ?? DEFAULT_INSTRUCTIONS,
  tools: (asked.tools ?? []).map(tool),
  tool_choice: asked.tool_choice ?? 'auto',
  max_output_tokens: asked.max_output_tokens ?? 'inf',
  tracing: asked.tracing ?? null,
  truncation: asked.truncation ?? 'auto',
  prompt: asked.prompt ?? null,
  // The session does not exist before somebody connects.
  expires_at: 0,
  include: asked.include ?? null,
  audio: {
    input: audioInput(asked.audio?.input, model.silenceMs),
    output: audioOutput(asked.audio?.output, model),
  },
  ...(asked.reasoning && { reasoning: asked.reasoning }),
})

/** As {@link realtimeSession}, for a session that only writes down what it hears. */
export const transcriptionSession = (
  asked: RealtimeTranscriptionSessionCreateRequest,
): WithNulls<RealtimeTranscriptionSessionCreateResponse> => ({
  type: 'transcription',
  object: 'realtime.transcription_session',
  id: newId('sess'),
  expires_at: 0,
  include: asked.include ?? null,
  audio: { input: transcriptionInput(asked.audio?.input) },
})

const transcriptionInput = (asked: RealtimeAudioConfigInput | undefined) => {
  const input = audioInput(asked, 500)
  return hearsWithWhisper(asked) ? { ...input, turn_detection: null } : input
}

/** gpt-realtime-whisper has no voice activity detection. */
export const hearsWithWhisper = (input: RealtimeAudioConfigInput | undefined) =>
  input?.transcription?.model === 'gpt-realtime-whisper'

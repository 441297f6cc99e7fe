import type { Config } from '../config/config.ts'
import { at } from '../json.ts'
import type { Session } from '../session.ts'

/** What the wire bodies are made from, besides the session itself. */
export type SessionDefaults = Pick<
  Config,
  | 'TOKEN_TTL_SECONDS'
  | 'TRANSCRIPTION_MODEL'
  | 'VAD_THRESHOLD'
  | 'VAD_PREFIX_PADDING_MS'
  | 'VAD_SILENCE_DURATION_MS'
  | 'DEFAULT_SPEED'
  | 'DEFAULT_MAX_TOKENS'
  | 'DEFAULT_TEMPERATURE'
>

/** What OpenAI's answer claims, each field still unchecked. */
export interface Claimed {
  value: unknown
  expiresAt: unknown
  sessionId: unknown
}

/** One way of asking OpenAI for a secret. */
export interface Form {
  path: string
  headers: Record<string, string>
  body(session: Session, defaults: SessionDefaults): object
  /** Finds the claims in a parsed answer, which may be anything. */
  claims(answer: unknown): Claimed
}

/**
 * The session as the GA API takes it (npm `openai@7.57.0`, `resources/realtime/realtime.d.ts`,
 * `RealtimeSessionCreateRequest`). Every default is spelled out, since models differ in theirs.
 */
export function realtimeSession(session: Session, defaults: SessionDefaults): object {
  return {
    type: 'realtime',
    model: session.model.served,
    instructions: session.instructions,
    output_modalities: ['audio'],
    audio: {
      input: {
        format: { type: 'audio/pcm', rate: 24_000 },
        transcription: defaults.TRANSCRIPTION_MODEL === null ? null : { model: defaults.TRANSCRIPTION_MODEL },
        noise_reduction: null,
        turn_detection: {
          type: 'server_vad',
          threshold: defaults.VAD_THRESHOLD,
          prefix_padding_ms: defaults.VAD_PREFIX_PADDING_MS,
          silence_duration_ms: defaults.VAD_SILENCE_DURATION_MS,
          idle_timeout_ms: null,
          create_response: true,
          interrupt_response: true,
        },
      },
      output: {
        format: { type: 'audio/pcm', rate: 24_000 },
        voice: session.voice.startsWith('voice_') ? { id: session.voice } : session.voice,
        speed: defaults.DEFAULT_SPEED,
      },
    },
    tools: [],
    tool_choice: 'auto',
    max_output_tokens: defaults.DEFAULT_MAX_TOKENS,
    truncation: 'auto',
    tracing: null,
  }
}

/**
 * `POST /v1/realtime/client_secrets`, the form of today (npm `openai@7.57.0`, `resources/realtime/client-secrets.d.ts`).
 * `expires_after.anchor` is refused when missing.
 */
const ga: Form = {
  path: '/realtime/client_secrets',
  headers: {},
  body: (session, defaults) => ({
    expires_after: { anchor: 'created_at', seconds: defaults.TOKEN_TTL_SECONDS },
    session: realtimeSession(session, defaults),
  }),
  claims: answer => ({
    value: at(answer, 'value'),
    expiresAt: at(answer, 'expires_at'),
    sessionId: at(answer, 'session', 'id'),
  }),
}

/** `POST /v1/realtime/sessions`, which OpenAI removed on 2026-05-12 and some gateways still speak. */
const beta: Form = {
  path: '/realtime/sessions',
  headers: { 'OpenAI-Beta': 'realtime=v1' },
  body: (session, defaults) => ({
    model: session.model.served,
    voice: session.voice,
    modalities: ['audio', 'text'],
    instructions: session.instructions,
    input_audio_format: 'pcm16',
    output_audio_format: 'pcm16',
    input_audio_transcription: defaults.TRANSCRIPTION_MODEL === null ? null : { model: defaults.TRANSCRIPTION_MODEL },
    turn_detection: {
      type: 'server_vad',
      threshold: defaults.VAD_THRESHOLD,
      prefix_padding_ms: defaults.VAD_PREFIX_PADDING_MS,
      silence_duration_ms: defaults.VAD_SILENCE_DURATION_MS,
    },
    tools: [],
    tool_choice: 'auto',
    temperature: defaults.DEFAULT_TEMPERATURE,
    max_response_output_tokens: defaults.DEFAULT_MAX_TOKENS,
    speed: defaults.DEFAULT_SPEED,
  }),
  claims: answer => {
    const secret = at(answer, 'client_secret')
    const plain = typeof secret === 'string'
    return {
      value: plain ? secret : at(secret, 'value'),
      expiresAt: plain ? at(answer, 'expires_at') : at(secret, 'expires_at'),
      sessionId: at(answer, 'id'),
    }
  },
}

export const FORMS = { ga, beta }

import type { ApiError, ErrorBody } from '../errors.ts'
import type { ServerEvent } from './server-events.ts'

const refusal = (message: string, code: string, param: string | null = null): ApiError => ({
  status: 400,
  body: { error: { message, type: 'invalid_request_error', param, code } },
})

// Codes as seen by third parties; messages in OpenAI's manner where none was seen.

export const invalidJson = refusal('Could not parse the event as JSON.', 'invalid_json')

export const modelFixed = refusal("Cannot update a session's model.", 'cannot_update_model', 'session.model')

export const typeFixed = refusal("Cannot update a session's type.", 'cannot_update_type', 'session.type')

export const voiceFixed = refusal(
  "Cannot update a conversation's voice if assistant audio is present.",
  'cannot_update_voice',
)

export const tracingFixed = refusal(
  'Cannot update tracing once it is enabled.',
  'cannot_update_tracing',
  'session.tracing',
)

export const alreadyResponding = (responseId: string) =>
  refusal(
    `Conversation already has an active response in progress: ${responseId}. Wait until the response is finished ` +
      'before creating a new one.',
    'conversation_already_has_active_response',
  )

export const nothingToCancel = refusal('Cancellation failed: no active response found', 'response_cancel_not_active')

/** @param ms how much audio the buffer holds. */
export const bufferTooSmall = (ms: number) =>
  refusal(
    'Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, but buffer only has ' +
      `${ms.toFixed(2)}ms of audio.`,
    'input_audio_buffer_commit_empty',
  )

export const itemNotFound = (itemId: string, param = 'item_id') =>
  refusal(`Item with item_id '${itemId}' not found.`, 'item_not_found', param)

export const itemExists = (itemId: string) =>
  refusal(`Item with id '${itemId}' already exists.`, 'item_already_exists', 'item.id')

export const toolCallNotFound = (callId: string) =>
  refusal(`Tool call ID '${callId}' not found in conversation.`, 'invalid_tool_call_id', 'item.call_id')

export const truncationTooLate = (ms: number) =>
  refusal(`Audio content of ${ms}ms is already shorter than audio_end_ms.`, 'invalid_value', 'audio_end_ms')

export const badAudio = refusal('Invalid audio: expected base64 of whole 16-bit samples.', 'invalid_value', 'audio')

export const audioFormatUnknown = (format: string) =>
  refusal(`The emulator hears audio/pcm only, not ${format}.`, 'invalid_value', 'audio')

export const onlyTranscribes = refusal('A transcription session does not respond.', 'invalid_value', 'type')

/** @param seconds the session's limit. */
export const sessionExpired = (seconds: number) =>
  refusal(
    `Your session hit the maximum duration of ${Math.round((seconds / 60) * 100) / 100} minutes.`,
    'session_expired',
  )

export const betaDisabled = refusal(
  'The Realtime Beta API is no longer supported. Please use /v1/realtime for the GA API.',
  'beta_api_shape_disabled',
)

const codeOf = ({ error }: ErrorBody) => (error.code === null ? null : String(error.code))

/** @param eventId the client's own id of the event that was wrong. */
export const errorEvent = ({ body }: ApiError, eventId: string | null): ServerEvent => ({
  type: 'error',
  error: { ...body.error, code: codeOf(body), event_id: eventId },
})

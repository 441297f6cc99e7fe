import type { Action } from './state.ts'
import { type ServerEvent, textOf } from './wire.ts'

const ACTIONS: Readonly<Record<string, Action['type']>> = {
  'input_audio_buffer.speech_started': 'speech-started',
  'input_audio_buffer.speech_stopped': 'speech-stopped',
  'response.created': 'response-created',
  'response.done': 'response-done',
  'output_audio_buffer.started': 'audio-started',
  'output_audio_buffer.stopped': 'audio-ended',
  'output_audio_buffer.cleared': 'audio-ended',
}

/** What an event of the server does to the call's state, if anything. */
export function actionOf(event: ServerEvent): Action | undefined {
  const type = ACTIONS[event.type]
  return type && ({ type, response: responseOf(event) } as Action)
}

/** The response that an event is about; empty where it names none. */
function responseOf({ response, response_id }: ServerEvent): string {
  return textOf(response_id ?? (response as { id?: unknown } | undefined)?.id)
}

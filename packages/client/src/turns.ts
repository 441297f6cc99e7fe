import type { Action } from './state.ts'
import type { ServerEvent } from './wire.ts'

const action = (type: 'speech-started' | 'speech-stopped') => (): Action => ({ type })

const about =
  (type: 'response-created' | 'response-done' | 'audio-started' | 'audio-ended') =>
  (event: ServerEvent): Action => ({ type, response: responseOf(event) })

const ACTIONS: Readonly<Record<string, (event: ServerEvent) => Action>> = {
  'input_audio_buffer.speech_started': action('speech-started'),
  'input_audio_buffer.speech_stopped': action('speech-stopped'),
  'response.created': about('response-created'),
  'response.done': about('response-done'),
  'output_audio_buffer.started': about('audio-started'),
  'output_audio_buffer.stopped': about('audio-ended'),
  'output_audio_buffer.cleared': about('audio-ended'),
}

/** What an event of the server does to the call's state, if anything. */
export function actionOf(event: ServerEvent): Action | undefined {
  return ACTIONS[event.type]?.(event)
}

/** The response that an event is about; empty where it names none. */
function responseOf({ response, response_id }: ServerEvent): string {
  const id = response_id ?? (response as { id?: unknown } | undefined)?.id
  return typeof id === 'string' ? id : ''
}

import type { Conversation } from './conversation.ts'
import { obfuscation, type ServerEvent } from './server-events.ts'
import { wordsOf } from './words.ts'

const KIND = 'conversation.item.input_audio_transcription'

/** Writes down what was heard in a user's item of `audioMs` milliseconds of sound. */
export const transcribe = (
  conversation: Conversation,
  emit: (event: ServerEvent) => void,
  item_id: string,
  heard: string,
  audioMs: number,
) => {
  const item = conversation.find(item_id)?.item
  // A deleted item has no transcript.
  if (item?.type !== 'message' || item.role !== 'user' || !item.content[0]) return
  item.content[0].transcript = heard
  const at = { item_id, content_index: 0 }
  for (const delta of wordsOf(heard)) emit({ type: `${KIND}.delta`, ...at, delta, obfuscation: obfuscation() })
  const usage = { type: 'duration' as const, seconds: audioMs / 1000 }
  emit({ type: `${KIND}.completed`, ...at, transcript: heard, usage })
}

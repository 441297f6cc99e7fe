import { newId } from '../ids.ts'
import type { Conversation, Entry } from './conversation.ts'
import { type Item, obfuscation, type ServerEvent } from './server-events.ts'

/** Where a response's item appears. */
export type Place = {
  emit(event: ServerEvent): void
  responseId: string
  /** Absent for a response that stays out of the conversation. */
  conversation: Conversation | undefined
}

export type ItemStatus = 'completed' | 'incomplete'

/** An item in the making: it grows by deltas and is closed once. */
export type OpenItem = {
  readonly id: string
  add(delta: string): void
  /** @param audioMs how much sound it ends up with. */
  close(status: ItemStatus, audioMs: number): Item
}

// A response of the emulator has one item with one part.
const output_index = 0
const content_index = 0

/** Announces an item; what it returns announces its end. */
const opened = ({ emit, responseId, conversation }: Place, item: Item) => {
  const entry: Entry = { item, audioMs: 0 }
  emit({ type: 'response.output_item.added', response_id: responseId, output_index, item })
  if (conversation) {
    emit({ type: 'conversation.item.added', previous_item_id: conversation.add(entry), item })
  }
  return (done: Item, audioMs: number) => {
    Object.assign(entry, { item: done, audioMs })
    // Recorded: null here, whatever came before.
    if (conversation) emit({ type: 'conversation.item.done', previous_item_id: null, item: done })
    emit({ type: 'response.output_item.done', response_id: responseId, output_index, item: done })
    return done
  }
}

/** One that is spoken; `addSound` sends a piece of its sound, in base64. */
export type OpenAudio = OpenItem & { addSound(delta: string): void }

const assistant = (id: string) => ({ id, type: 'message', role: 'assistant' }) as const

/** A spoken message: the events carry its transcript, the sound travels by itself. */
export const openAudio = (place: Place): OpenAudio => {
  const id = newId('item')
  const at = { response_id: place.responseId, item_id: id, output_index, content_index }
  const end = opened(place, { ...assistant(id), status: 'in_progress', content: [] })
  let transcript = ''
  place.emit({ type: 'response.content_part.added', ...at, part: { type: 'audio', transcript } })
  return {
    id,
    add: delta => {
      transcript += delta
      place.emit({ type: 'response.output_audio_transcript.delta', ...at, delta, obfuscation: obfuscation() })
    },
    addSound: delta => place.emit({ type: 'response.output_audio.delta', ...at, delta }),
    close: (status, audioMs) => {
      place.emit({ type: 'response.output_audio.done', ...at })
      place.emit({ type: 'response.output_audio_transcript.done', ...at, transcript })
      place.emit({ type: 'response.content_part.done', ...at, part: { type: 'audio', transcript } })
      return end({ ...assistant(id), status, content: [{ type: 'output_audio', transcript }] }, audioMs)
    },
  }
}

export const openText = (place: Place): OpenItem => {
  const id = newId('item')
  const at = { response_id: place.responseId, item_id: id, output_index, content_index }
  const end = opened(place, { ...assistant(id), status: 'in_progress', content: [] })
  let text = ''
  place.emit({ type: 'response.content_part.added', ...at, part: { type: 'text', text } })
  return {
    id,
    add: delta => {
      text += delta
      place.emit({ type: 'response.output_text.delta', ...at, delta, obfuscation: obfuscation() })
    },
    close: status => {
      place.emit({ type: 'response.output_text.done', ...at, text })
      place.emit({ type: 'response.content_part.done', ...at, part: { type: 'text', text } })
      return end({ ...assistant(id), status, content: [{ type: 'output_text', text }] }, 0)
    },
  }
}

export const openCall = (place: Place, name: string): OpenItem => {
  const id = newId('item')
  const call_id = newId('call')
  const at = { response_id: place.responseId, item_id: id, output_index, call_id }
  const item = { id, type: 'function_call', name, call_id } as const
  const end = opened(place, { ...item, status: 'in_progress', arguments: '' })
  let written = ''
  return {
    id,
    add: delta => {
      written += delta
      place.emit({ type: 'response.function_call_arguments.delta', ...at, delta, obfuscation: obfuscation() })
    },
    close: status => {
      place.emit({ type: 'response.function_call_arguments.done', ...at, name, arguments: written })
      return end({ ...item, status, arguments: written }, 0)
    },
  }
}

import type { ApiError } from '../errors.ts'
import { newId } from '../ids.ts'
import { SAMPLES_PER_MS } from '../media/pcm.ts'
import type { Handler, NewItem } from './client-events.ts'
import type { Conversation } from './conversation.ts'
import { itemExists, itemNotFound, toolCallNotFound, truncationTooLate } from './errors.ts'
import type { Item, ServerEvent } from './server-events.ts'

const BYTES_PER_MS = 2 * SAMPLES_PER_MS

/** As it goes over the wire: without `object`, without sound, with the keys that clients look for. */
const itemFrom = (asked: NewItem): Item => {
  const { object: _object, ...rest } = asked as NewItem & { object?: string }
  const item = { id: newId('item'), status: 'completed', ...rest } as Item
  if (item.type === 'function_call') return { ...item, call_id: item.call_id ?? newId('call') }
  if (item.type !== 'message') return item
  const content = item.content.map(({ audio: _audio, ...part }: Record<string, unknown>) =>
    part.type === 'input_audio' ? { transcript: null, ...part } : part,
  )
  return { ...item, content } as Item
}

const audioMsOf = (asked: NewItem) => {
  if (asked.type !== 'message') return 0
  const bytes = asked.content.map(part => Buffer.byteLength(('audio' in part && part.audio) || '', 'base64'))
  return bytes.reduce((total, some) => total + some, 0) / BYTES_PER_MS
}

const hasCall = ({ entries }: Conversation, callId: string) =>
  entries.some(({ item }) => item.type === 'function_call' && item.call_id === callId)

const refusal = (conversation: Conversation, asked: NewItem): ApiError | undefined => {
  if (asked.id && conversation.find(asked.id)) return itemExists(asked.id)
  return asked.type === 'function_call_output' && !hasCall(conversation, asked.call_id)
    ? toolCallNotFound(asked.call_id)
    : undefined
}

/** What clients may do to the items of a conversation. */
export const itemHandlers = (conversation: Conversation, emit: (event: ServerEvent) => void) => {
  const create: Handler<'conversation.item.create'> = ({ item: asked, previous_item_id: after }) => {
    if (after && after !== 'root' && !conversation.find(after)) return itemNotFound(after, 'previous_item_id')
    const error = refusal(conversation, asked)
    if (error) return error
    const item = itemFrom(asked)
    const previous_item_id = conversation.add({ item, audioMs: audioMsOf(asked) }, after)
    emit({ type: 'conversation.item.added', previous_item_id, item })
    emit({ type: 'conversation.item.done', previous_item_id, item })
    return undefined
  }

  const retrieve: Handler<'conversation.item.retrieve'> = ({ item_id }) => {
    const entry = conversation.find(item_id)
    if (!entry) return itemNotFound(item_id)
    emit({ type: 'conversation.item.retrieved', item: entry.item })
    return undefined
  }

  const remove: Handler<'conversation.item.delete'> = ({ item_id }) => {
    if (!conversation.find(item_id)) return itemNotFound(item_id)
    conversation.remove(item_id)
    emit({ type: 'conversation.item.deleted', item_id })
    return undefined
  }

  const truncate: Handler<'conversation.item.truncate'> = ({ item_id, content_index, audio_end_ms }) => {
    const entry = conversation.find(item_id)
    if (entry?.item.type !== 'message' || entry.item.role !== 'assistant') return itemNotFound(item_id)
    if (audio_end_ms > entry.audioMs) return truncationTooLate(Math.round(entry.audioMs))
    // The transcript went with the sound: what was not heard was not said.
    entry.item = { ...entry.item, content: [{ type: 'output_audio', transcript: null }] }
    entry.audioMs = audio_end_ms
    emit({ type: 'conversation.item.truncated', item_id, content_index, audio_end_ms })
    return undefined
  }

  return {
    'conversation.item.create': create,
    'conversation.item.retrieve': retrieve,
    'conversation.item.delete': remove,
    'conversation.item.truncate': truncate,
  }
}

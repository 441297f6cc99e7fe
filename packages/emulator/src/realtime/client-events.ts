import type {
  ConversationItemCreateEvent,
  RealtimeClientEvent,
  RealtimeResponseCreateParams,
} from 'openai/resources/realtime/realtime'
import type { ApiError } from '../errors.ts'
import { invalidType, invalidValue, missingParameter } from '../errors.ts'
import { responseFields, sessionCheck } from '../session-fields.ts'
import {
  type Check,
  type Fields,
  integer,
  isObject,
  listOf,
  object,
  oneOf,
  orNull,
  required,
  text,
  variants,
} from '../validate.ts'
import { invalidJson } from './errors.ts'

export type ClientEvent = RealtimeClientEvent
/** Does what an event asks for. @returns what is wrong with it, if something is. */
export type Handler<T extends ClientEvent['type']> = (event: Extract<ClientEvent, { type: T }>) => ApiError | undefined

export type Handlers = { [T in ClientEvent['type']]: Handler<T> }

export type NewItem = ConversationItemCreateEvent['item']
export type ResponseParams = RealtimeResponseCreateParams

const status = oneOf('completed', 'incomplete', 'in_progress')
const itemFields: Fields = { id: text, object: oneOf('realtime.item'), status }

const message = (parts: Readonly<Record<string, Fields>>): Check =>
  object({ ...itemFields, type: text, role: text, content: required(listOf(variants(parts))) })

const messages: Readonly<Record<string, Check>> = {
  user: message({
    input_text: { text: required(text) },
    input_audio: { audio: text, transcript: orNull(text) },
    input_image: { image_url: required(text), detail: oneOf('auto', 'low', 'high') },
  }),
  assistant: message({
    output_text: { text: required(text) },
    output_audio: { audio: text, transcript: orNull(text) },
  }),
  system: message({ input_text: { text: required(text) } }),
}

const role = oneOf(...Object.keys(messages))

const messageItem: Check = {
  types: ['object'],
  wants: ['an object'],
  problem: (value, path) => {
    const sent = (value as Record<string, unknown>).role
    if (sent === undefined) return missingParameter(`${path}.role`)
    return role.problem(sent, `${path}.role`) ?? messages[String(sent)]?.problem(value, path)
  },
}

const otherItems = variants({
  message: {},
  function_call: { ...itemFields, call_id: text, name: required(text), arguments: required(text) },
  function_call_output: { ...itemFields, call_id: required(text), output: required(text) },
})

const item: Check = {
  types: ['object'],
  wants: ['an object'],
  problem: (value, path) =>
    isObject(value) && value.type === 'message' ? messageItem.problem(value, path) : otherItems.problem(value, path),
}

/** Every event a client may send and its fields, from npm openai@7.57.0 resources/realtime/realtime.d.ts. */
const fields: Readonly<Record<ClientEvent['type'], Fields>> = {
  'session.update': { session: required(sessionCheck) },
  'input_audio_buffer.append': { audio: required(text) },
  'input_audio_buffer.commit': {},
  'input_audio_buffer.clear': {},
  'output_audio_buffer.clear': {},
  'conversation.item.create': { item: required(item), previous_item_id: orNull(text) },
  'conversation.item.retrieve': { item_id: required(text) },
  'conversation.item.truncate': {
    item_id: required(text),
    content_index: required(integer()),
    audio_end_ms: required(integer()),
  },
  'conversation.item.delete': { item_id: required(text) },
  'response.create': { response: object({ ...responseFields, input: listOf(inputItem()) }) },
  'response.cancel': { response_id: text },
}

function inputItem(): Check {
  const reference = object({ type: text, id: required(text) })
  return {
    ...item,
    problem: (value, path) =>
      isObject(value) && value.type === 'item_reference' ? reference.problem(value, path) : item.problem(value, path),
  }
}

const checks = new Map(
  Object.entries(fields).map(([type, own]) => [type, object({ type: text, event_id: text, ...own })]),
)

const parse = (sent: string): unknown => {
  try {
    return JSON.parse(sent)
  } catch {
    return undefined
  }
}

/** An event, or what is wrong with it and its id if it has one. */
export type ReadEvent = { event: ClientEvent } | { error: ApiError; eventId: string | null }

/** Reads what a client sent: JSON that satisfies the table above, or an error in OpenAI's words. */
export const readClientEvent = (sent: string): ReadEvent => {
  const value = parse(sent)
  if (value === undefined) return { error: invalidJson, eventId: null }
  if (!isObject(value)) return { error: invalidType('', 'an object', 'something else'), eventId: null }
  const eventId = typeof value.event_id === 'string' ? value.event_id : null
  if (value.type === undefined) return { error: missingParameter('type'), eventId }
  const check = checks.get(String(value.type))
  if (!check) return { error: invalidValue('type', value.type, [...checks.keys()]), eventId }
  const error = check.problem(value, '')
  return error ? { error, eventId } : { event: value as unknown as ClientEvent }
}

import { newId } from '../ids.ts'
import { isObject } from '../validate.ts'
import type { Question, Tool } from './brain.ts'
import type { ResponseParams } from './client-events.ts'
import type { Conversation, Entry } from './conversation.ts'
import type { Item, RealtimeSession } from './server-events.ts'
import { type Prompt, promptOf } from './usage.ts'

/** What a response is asked for in. */
export type ResponseContext = { asked: ResponseParams; session: RealtimeSession; conversation: Conversation }

/** What holds for one response. */
export type ResponseSettings = {
  /** Else it stays out of it, and others may run beside it. */
  inConversation: boolean
  modalities: ('text' | 'audio')[]
  maxTokens: number | 'inf'
  voice: string
  question: Question
  /** What its input is billed by. */
  prompt: Prompt
}

/** The entries that a response brings along, if it does. */
const inputOf = ({ input }: ResponseParams, conversation: Conversation): Entry[] | undefined =>
  input?.map(item => {
    const known = item.id ? conversation.find(item.id) : undefined
    return known ?? { item: { id: newId('item'), ...item } as Item, audioMs: 0 }
  })

const functionsOf = (tools: NonNullable<RealtimeSession['tools']>): Tool[] =>
  tools.flatMap(tool => (tool.type === 'function' ? [{ name: String(tool.name), parameters: tool.parameters }] : []))

/** A response's own wishes first, then its session's. */
export const settingsOf = ({ asked, session, conversation }: ResponseContext): ResponseSettings => {
  const voice: unknown = asked.audio?.output?.voice ?? session.audio?.output?.voice
  const tools = asked.tools ?? session.tools ?? []
  const entries = inputOf(asked, conversation) ?? conversation.entries
  const instructions = session.instructions ?? ''
  return {
    inConversation: asked.conversation !== 'none',
    modalities: [...(asked.output_modalities ?? session.output_modalities ?? ['audio' as const])],
    maxTokens: asked.max_output_tokens ?? session.max_output_tokens ?? 'inf',
    voice: isObject(voice) ? String(voice.id) : String(voice),
    question: {
      instructions,
      orders: asked.instructions,
      entries,
      tools: functionsOf(tools),
      toolChoice: asked.tool_choice ?? session.tool_choice,
    },
    prompt: promptOf((asked.instructions ?? instructions) + JSON.stringify(tools), entries),
  }
}

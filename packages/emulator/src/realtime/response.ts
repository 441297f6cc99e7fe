import type { RealtimeResponseStatus } from 'openai/resources/realtime/realtime'
import type { Fault } from '../fault-words.ts'
import { type AudioFault, audioFaults, type Playing, type Speak, type Speech } from '../media/types.ts'
import { isObject } from '../validate.ts'
import { think } from './brain.ts'
import type { ResponseParams } from './client-events.ts'
import type { Conversation, Entry } from './conversation.ts'
import { newId } from './ids.ts'
import { openCall } from './output-items.ts'
import type { Playback } from './playback.ts'
import type { Item, RealtimeSession, ServerEvent } from './server-events.ts'
import { type Draft, type Outcome, pause, type Speaker, sayAloud, write, writeMessage } from './speaking.ts'
import { assistantAudioTokens, type Prompt, promptOf, textTokens, usageOf } from './usage.ts'

/** Puts a speech on its way to the browser. */
export type Play = (speech: Speech, fault: AudioFault | undefined) => Playing

/** How a reply goes wrong. */
export type ReplyFault = Pick<Fault, 'kind' | 'delayMs'>

export type ResponseParts = {
  emit(event: ServerEvent): void
  asked: ResponseParams
  session: RealtimeSession
  conversation: Conversation
  speak: Speak
  /** Over WebRTC sound is played; without it, it goes out in events. */
  sound: { play: Play; playback: Playback } | undefined
  /** Milliseconds before the first word. */
  latencyMs: number
  fault: ReplyFault | undefined
  /** What the response before it had read: only that can be cached. */
  previousPrompt: Prompt
  onDone(prompt: Prompt): void
}

/** A response under way. */
export type Responding = {
  readonly id: string
  readonly inConversation: boolean
  /** Ends it now; the client is told why. */
  cancel(reason: 'turn_detected' | 'client_cancelled'): void
}

type Status = NonNullable<RealtimeResponseStatus['type']>

/** OpenAI's own number, as recorded. */
const TOKENS_PER_MINUTE = 15_000_000

const serverFailure = { type: 'server_error', code: 'server_error', message: 'The server had an error.' }

const rateLimit = (used: number) => ({
  name: 'tokens' as const,
  limit: TOKENS_PER_MINUTE,
  remaining: Math.max(0, TOKENS_PER_MINUTE - used),
  reset_seconds: 0,
})

/** What holds for one response: its own wishes first, then the session's. */
const settingsOf = ({ asked, session, conversation }: ResponseParts) => {
  const voice: unknown = asked.audio?.output?.voice ?? session.audio?.output?.voice
  const tools = asked.tools ?? session.tools ?? []
  return {
    instructions: session.instructions ?? '',
    tools,
    functions: tools.flatMap(tool =>
      tool.type === 'function' ? [{ name: String(tool.name), parameters: tool.parameters }] : [],
    ),
    toolChoice: asked.tool_choice ?? session.tool_choice,
    modalities: [...(asked.output_modalities ?? session.output_modalities ?? ['audio' as const])],
    maxTokens: asked.max_output_tokens ?? session.max_output_tokens ?? ('inf' as const),
    voice: isObject(voice) ? String(voice.id) : String(voice),
    entries: inputOf(asked, conversation) ?? conversation.entries,
  }
}

/** The entries that a response brings along, if it does. */
const inputOf = ({ input }: ResponseParams, conversation: Conversation): Entry[] | undefined =>
  input?.map(item => {
    const known = item.id ? conversation.find(item.id) : undefined
    return known ?? { item: { id: newId('item'), ...item } as Item, audioMs: 0 }
  })

/** Starts a response; it ends by itself, by `cancel`, or never if a fault says so. */
export const startResponse = (parts: ResponseParts): Responding => {
  const { emit, asked, session, conversation, sound, fault } = parts
  const id = newId('resp')
  const inConversation = asked.conversation !== 'none'
  const settings = settingsOf(parts)
  const { modalities, maxTokens, voice, entries } = settings
  const orders = (asked.instructions ?? settings.instructions) + JSON.stringify(settings.tools)
  const prompt = promptOf(orders, entries)
  const over = new AbortController()
  const draft: Draft = { item: undefined, text: '', soundMs: 0 }

  const response = (status: 'in_progress' | Status) => ({
    object: 'realtime.response' as const,
    id,
    status,
    status_details: null,
    output: [],
    conversation_id: inConversation ? conversation.id : null,
    output_modalities: modalities,
    max_output_tokens: maxTokens,
    audio: { output: { format: session.audio?.output?.format ?? null, voice } },
    usage: null,
    metadata: asked.metadata ?? null,
  })

  const finish = (status: Status, details?: RealtimeResponseStatus) => {
    if (over.signal.aborted) return
    over.abort()
    const output = draft.item ? [draft.item.close(status === 'completed' ? status : 'incomplete', draft.soundMs)] : []
    const said = { text: textTokens(draft.text), audio: assistantAudioTokens(draft.soundMs) }
    const usage = usageOf(prompt, parts.previousPrompt, said)
    const status_details = details ? { type: status, ...details } : null
    parts.onDone(prompt)
    emit({ type: 'response.done', response: { ...response(status), status_details, output, usage } })
    emit({ type: 'rate_limits.updated', rate_limits: [rateLimit(usage.total_tokens)] })
  }

  const utter = (): Promise<Outcome> => {
    const audioFault = audioFaults.find(kind => kind === fault?.kind)
    const speaker: Speaker = {
      place: { emit, responseId: id, conversation: inConversation ? conversation : undefined },
      draft,
      signal: over.signal,
      speak: text => parts.speak(text, voice, audioFault),
      maxTokens,
      sound: sound && { play: speech => sound.play(speech, audioFault), playback: sound.playback },
    }
    const thought = think({ ...settings, tools: settings.functions, orders: asked.instructions })
    if ('call' in thought) return write(speaker, openCall(speaker.place, thought.call), thought.arguments)
    return modalities.includes('text') ? writeMessage(speaker, thought.say) : sayAloud(speaker, thought.say)
  }

  const produce = async () => {
    if (!(await pause(parts.latencyMs + (fault?.delayMs ?? 0), over.signal))) return
    if (fault?.kind === 'no-answer') return
    if (fault?.kind === 'failed') return finish('failed', { error: serverFailure })
    const outcome = await utter()
    if (outcome === 'completed') finish('completed')
    if (outcome === 'cut') finish('incomplete', { reason: 'max_output_tokens' })
  }

  emit({ type: 'response.created', response: response('in_progress') })
  produce().catch((error: unknown) => finish('failed', { error: { ...serverFailure, message: String(error) } }))

  return {
    id,
    inConversation,
    cancel: reason => {
      finish('cancelled', { reason })
      if (reason === 'client_cancelled') sound?.playback.endAt(draft.soundMs)
    },
  }
}

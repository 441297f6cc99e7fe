import { setTimeout as sleep } from 'node:timers/promises'
import type { RealtimeResponseStatus } from 'openai/resources/realtime/realtime'
import type { Fault } from '../fault-words.ts'
import { type AudioFault, audioFaults, type Playing, type Speak, type Speech } from '../media/types.ts'
import { isObject } from '../validate.ts'
import { type Thought, think } from './brain.ts'
import type { ResponseParams } from './client-events.ts'
import type { Conversation, Entry } from './conversation.ts'
import { newId } from './ids.ts'
import { type ItemStatus, type OpenItem, openAudio, openCall, openText } from './output-items.ts'
import type { Playback } from './playback.ts'
import { limited } from './reply-limit.ts'
import type { Item, RealtimeSession, ServerEvent } from './server-events.ts'
import { SAMPLES_PER_MS } from './turns.ts'
import { assistantAudioTokens, type Prompt, promptOf, type Spent, textTokens, usageOf } from './usage.ts'

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

/** How much faster than speech sound is made: to a peer that plays it, and to a socket that takes all it can get. */
const PACE = { webrtc: 1.5, websocket: 10 }

const TEXT_MS_PER_WORD = 10

/** OpenAI's own number, as recorded. */
const TOKENS_PER_MINUTE = 15_000_000

const toolsOf = ({ asked, session }: ResponseParts) =>
  (asked.tools ?? session.tools ?? []).flatMap(tool =>
    tool.type === 'function' ? [{ name: String(tool.name), parameters: tool.parameters }] : [],
  )

/** The entries a response reads: its own input if it has one, else the conversation. */
const readEntries = ({ asked, conversation }: ResponseParts): readonly Entry[] =>
  asked.input?.flatMap(item => {
    const known = item.id === undefined ? undefined : conversation.find(item.id)
    return known ?? { item: { id: newId('item'), ...item } as Item, audioMs: 0 }
  }) ?? conversation.entries

const voiceOf = ({ asked, session }: ResponseParts) => {
  const voice: unknown = asked.audio?.output?.voice ?? session.audio?.output?.voice
  return isObject(voice) ? String(voice.id) : String(voice)
}

const samplesBetween = ({ pcm, durationMs }: Speech, from: number, to: number) => {
  const at = (share: number) => Math.round(share * durationMs * SAMPLES_PER_MS)
  const part = pcm.subarray(at(from), at(to))
  return Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString('base64')
}

/** Words with the space before them, so that deltas add up to the text. */
const wordsOf = (text: string) => text.match(/\s*\S+/g) ?? []

/** Starts a response; it ends by itself, by `cancel`, or never if a fault says so. */
export const startResponse = (parts: ResponseParts): Responding => {
  const { emit, asked, session, conversation, sound, fault } = parts
  const id = newId('resp')
  const inConversation = asked.conversation !== 'none'
  const modalities = asked.output_modalities ?? session.output_modalities ?? ['audio']
  const maxTokens = asked.max_output_tokens ?? session.max_output_tokens ?? 'inf'
  const prompt = promptOf(
    (asked.instructions ?? session.instructions ?? '') + JSON.stringify(asked.tools ?? session.tools ?? []),
    [...readEntries(parts)],
  )
  const place = { emit, responseId: id, conversation: inConversation ? conversation : undefined }
  const stopped = new AbortController()
  const said: Spent = { text: 0, audio: 0 }
  let open: OpenItem | undefined
  let madeMs = 0

  const response = (status: 'in_progress' | NonNullable<RealtimeResponseStatus['type']>) => ({
    object: 'realtime.response' as const,
    id,
    status,
    status_details: null,
    output: [] as Item[],
    conversation_id: inConversation ? conversation.id : null,
    output_modalities: [...modalities],
    max_output_tokens: maxTokens,
    audio: { output: { format: session.audio?.output?.format ?? null, voice: voiceOf(parts) } },
    usage: null,
    metadata: asked.metadata ?? null,
  })

  const finish = (status: NonNullable<RealtimeResponseStatus['type']>, details: RealtimeResponseStatus | null) => {
    if (stopped.signal.aborted) return
    stopped.abort()
    const itemStatus: ItemStatus = status === 'completed' ? 'completed' : 'incomplete'
    said.audio = assistantAudioTokens(madeMs)
    const output = open ? [open.close(itemStatus, madeMs)] : []
    const usage = usageOf(prompt, parts.previousPrompt, said)
    const status_details = details && { type: status, ...details }
    parts.onDone(prompt)
    emit({ type: 'response.done', response: { ...response(status), status_details, output, usage } })
    emit({ type: 'rate_limits.updated', rate_limits: [rateLimit(usage.total_tokens)] })
  }

  /** @returns whether to go on after these milliseconds. */
  const pause = (ms: number) => sleep(ms, true, { signal: stopped.signal }).catch(() => false)

  const write = (item: OpenItem, delta: string) => {
    item.add(delta)
    said.text += textTokens(delta)
  }

  const writeAll = async (item: OpenItem, text: string) => {
    open = item
    for (const word of wordsOf(text)) {
      write(item, word)
      if (!(await pause(TEXT_MS_PER_WORD))) return
    }
    finish('completed', null)
  }

  const sayAloud = async (text: string) => {
    const item = openAudio(place)
    open = item
    const audioFault = audioFaults.find(kind => kind === fault?.kind)
    const whole = await parts.speak(text, voiceOf(parts), audioFault)
    if (stopped.signal.aborted) return
    const { speech, cut } = limited(whole, maxTokens)
    const words = wordsOf(speech.transcript)
    const ids = { responseId: id, itemId: item.id }
    if (sound) await sound.playback.start(speech, () => sound.play(speech, audioFault), ids)
    const stepMs = speech.durationMs / Math.max(1, words.length)
    for (const [index, word] of words.entries()) {
      if (stopped.signal.aborted) return
      write(item, word)
      if (!sound) sendSound(item.id, samplesBetween(speech, index / words.length, (index + 1) / words.length))
      madeMs += stepMs
      if (!(await pause(stepMs / (sound ? PACE.webrtc : PACE.websocket)))) return
    }
    madeMs = speech.durationMs
    finish(cut ? 'incomplete' : 'completed', cut ? { reason: 'max_output_tokens' } : null)
  }

  const sendSound = (item_id: string, delta: string) =>
    emit({ type: 'response.output_audio.delta', response_id: id, item_id, output_index: 0, content_index: 0, delta })

  const utter = (thought: Thought) => {
    if ('call' in thought) return writeAll(openCall(place, thought.call), thought.arguments)
    return modalities.includes('text') ? writeAll(openText(place), thought.say) : sayAloud(thought.say)
  }

  const produce = async () => {
    if (!(await pause(parts.latencyMs + (fault?.delayMs ?? 0)))) return
    if (fault?.kind === 'no-answer') return
    if (fault?.kind === 'failed') return finish('failed', { error: serverFailure })
    const question = {
      instructions: session.instructions ?? '',
      orders: asked.instructions,
      entries: readEntries(parts),
      tools: toolsOf(parts),
      toolChoice: asked.tool_choice ?? session.tool_choice,
    }
    await utter(think(question))
  }

  emit({ type: 'response.created', response: response('in_progress') })
  produce().catch((error: unknown) => finish('failed', { error: { ...serverFailure, message: String(error) } }))

  return {
    id,
    inConversation,
    cancel: reason => {
      finish('cancelled', { reason })
      if (reason === 'client_cancelled') sound?.playback.endAt(madeMs)
    },
  }
}

const serverFailure = { type: 'server_error', code: 'server_error', message: 'The server had an error.' }

const rateLimit = (used: number) => ({
  name: 'tokens' as const,
  limit: TOKENS_PER_MINUTE,
  remaining: Math.max(0, TOKENS_PER_MINUTE - used),
  reset_seconds: 0,
})

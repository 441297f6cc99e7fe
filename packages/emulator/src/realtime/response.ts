import type { RealtimeResponseStatus } from 'openai/resources/realtime/realtime'
import type { Fault } from '../fault-words.ts'
import { newId } from '../ids.ts'
import { type AudioFault, audioFaults, type Playing, type Speak, type Speech } from '../media/types.ts'
import { think } from './brain.ts'
import { openCall } from './output-items.ts'
import type { Playback } from './playback.ts'
import { rateLimits, responseOf, type Status } from './response-event.ts'
import { type ResponseContext, type ResponseSettings, settingsOf } from './response-settings.ts'
import type { ServerEvent } from './server-events.ts'
import { type Outcome, pause, type Speaker, sayAloud, write, writeMessage } from './speaking.ts'
import { assistantAudioTokens, type Prompt, textTokens, usageOf } from './usage.ts'

/** Puts a speech on its way to the browser. */
export type Play = (speech: Speech, fault: AudioFault | undefined) => Playing

/** How a reply goes wrong. */
export type ReplyFault = Pick<Fault, 'kind' | 'delayMs'>

export type ResponseParts = ResponseContext & {
  emit(event: ServerEvent): void
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

const serverFailure = { type: 'server_error', code: 'server_error', message: 'The server had an error.' }

/** Calls a function, writes, or speaks, as was thought and asked for. */
const utter = (speaker: Speaker, { question, modalities }: ResponseSettings): Promise<Outcome> => {
  const thought = think(question)
  if ('call' in thought) return write(speaker, openCall(speaker.place, thought.call), thought.arguments)
  return modalities.includes('text') ? writeMessage(speaker, thought.say) : sayAloud(speaker, thought.say)
}

const speakerOf = (id: string, parts: ResponseParts, settings: ResponseSettings, signal: AbortSignal): Speaker => {
  const { emit, conversation, sound, speak, fault } = parts
  const audioFault = audioFaults.find(kind => kind === fault?.kind)
  return {
    place: { emit, responseId: id, conversation: settings.inConversation ? conversation : undefined },
    draft: { item: undefined, text: '', soundMs: 0 },
    signal,
    speak: text => speak(text, settings.voice, audioFault),
    maxTokens: settings.maxTokens,
    sound: sound && { play: speech => sound.play(speech, audioFault), playback: sound.playback },
  }
}

/** Starts a response; it ends by itself, by `cancel`, or never if a fault says so. */
export const startResponse = (parts: ResponseParts): Responding => {
  const { emit, sound, fault } = parts
  const id = newId('resp')
  const settings = settingsOf(parts)
  const over = new AbortController()
  const speaker = speakerOf(id, parts, settings, over.signal)
  const { draft } = speaker
  const response = responseOf(id, parts, settings)

  const finish = (status: Status, details?: RealtimeResponseStatus) => {
    if (over.signal.aborted) return
    over.abort()
    const output = draft.item ? [draft.item.close(status === 'completed' ? status : 'incomplete', draft.soundMs)] : []
    const said = { text: textTokens(draft.text), audio: assistantAudioTokens(draft.soundMs) }
    const usage = usageOf(settings.prompt, parts.previousPrompt, said)
    const status_details = details ? { type: status, ...details } : null
    parts.onDone(settings.prompt)
    emit({ type: 'response.done', response: { ...response, status, status_details, output, usage } })
    emit(rateLimits(usage.total_tokens))
  }

  const produce = async () => {
    if (!(await pause(parts.latencyMs + (fault?.delayMs ?? 0), over.signal))) return
    if (fault?.kind === 'no-answer') return
    if (fault?.kind === 'failed') return finish('failed', { error: serverFailure })
    const outcome = await utter(speaker, settings)
    if (outcome === 'completed') finish('completed')
    if (outcome === 'cut') finish('incomplete', { reason: 'max_output_tokens' })
  }

  emit({ type: 'response.created', response })
  produce().catch((error: unknown) => finish('failed', { error: { ...serverFailure, message: String(error) } }))

  return {
    id,
    inConversation: settings.inConversation,
    cancel: reason => {
      finish('cancelled', { reason })
      if (reason === 'client_cancelled') sound?.playback.endAt(draft.soundMs)
    },
  }
}

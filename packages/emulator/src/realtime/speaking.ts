import { setTimeout as sleep } from 'node:timers/promises'
import { SAMPLES_PER_MS } from '../media/pcm.ts'
import type { Playing, Speech } from '../media/types.ts'
import { type OpenItem, openAudio, openText, type Place } from './output-items.ts'
import type { Playback } from './playback.ts'
import { limited } from './reply-limit.ts'
import { wordsOf } from './words.ts'

/** What a response has made so far. */
export type Draft = { item: OpenItem | undefined; text: string; soundMs: number }

/** How an utterance ended: by itself, at the limit of tokens, or by somebody else. */
export type Outcome = 'completed' | 'cut' | 'stopped'

/** Where an utterance goes, and until when. */
export type Speaker = {
  place: Place
  draft: Draft
  signal: AbortSignal
  speak(text: string): Promise<Speech>
  maxTokens: number | 'inf'
  /** Over WebRTC sound is played; without it, it goes out in events. */
  sound: { play(speech: Speech): Playing; playback: Playback } | undefined
}

/** How much faster than speech sound is made: for a peer that plays it, and for a socket that takes all it can get. */
const PACE = { webrtc: 1.5, websocket: 10 }

const MS_PER_WRITTEN_WORD = 10

/** @returns whether to go on after these milliseconds. */
export const pause = (ms: number, signal: AbortSignal): Promise<boolean> =>
  sleep(Math.max(0, ms), true, { signal }).catch(() => false)

const begin = ({ draft }: Speaker, item: OpenItem) => {
  draft.item = item
  return (delta: string) => {
    item.add(delta)
    draft.text += delta
  }
}

/** Writes a text, or the arguments of a call, into an item. */
export const write = async (speaker: Speaker, item: OpenItem, text: string): Promise<Outcome> => {
  const add = begin(speaker, item)
  for (const word of wordsOf(text)) {
    add(word)
    if (!(await pause(MS_PER_WRITTEN_WORD, speaker.signal))) return 'stopped'
  }
  return 'completed'
}

export const writeMessage = (speaker: Speaker, text: string) => write(speaker, openText(speaker.place), text)

/** The samples between two shares (0..1) of a speech, in base64. */
const soundBetween = ({ pcm, durationMs }: Speech, from: number, to: number) => {
  const at = (share: number) => Math.round(share * durationMs * SAMPLES_PER_MS)
  const part = pcm.subarray(at(from), at(to))
  return Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString('base64')
}

/** Says a text: its transcript word by word, its sound beside it. */
export const sayAloud = async (speaker: Speaker, text: string): Promise<Outcome> => {
  const { draft, maxTokens, place, signal, sound } = speaker
  const item = openAudio(place)
  const add = begin(speaker, item)
  const { speech, cut } = limited(await speaker.speak(text), maxTokens)
  const planned = { responseId: place.responseId, itemId: item.id, lengthMs: speech.durationMs }
  await sound?.playback.start(planned, () => sound.play(speech), signal)
  const words = wordsOf(speech.transcript)
  const startedAt = performance.now()
  const pace = sound ? PACE.webrtc : PACE.websocket
  const wordMs = speech.durationMs / Math.max(1, words.length)
  for (const [index, word] of words.entries()) {
    if (signal.aborted) return 'stopped'
    add(word)
    if (!sound) item.addSound(soundBetween(speech, index / words.length, (index + 1) / words.length))
    draft.soundMs += wordMs
    // Counted from the beginning, so that late timers do not add up.
    await pause(startedAt + draft.soundMs / pace - performance.now(), signal)
  }
  return endOf(signal, cut)
}

const endOf = (signal: AbortSignal, cut: boolean): Outcome => {
  if (signal.aborted) return 'stopped'
  return cut ? 'cut' : 'completed'
}

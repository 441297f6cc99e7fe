import type { ApiError } from '../errors.ts'
import { newId } from '../ids.ts'
import { createFramer, FRAME_MS } from '../media/pcm.ts'
import type { CreateVad, Pcm, Vad, VadEvent } from '../media/types.ts'
import { bufferTooSmall } from './errors.ts'
import type { TurnDetection } from './server-events.ts'

/** What happens to the human's audio. Times are milliseconds from its beginning. */
export type TurnEvents = {
  started(itemId: string, atMs: number): void
  stopped(itemId: string, atMs: number): void
  /** `audioMs` of sound became a user item. */
  committed(itemId: string, audioMs: number): void
}

/** The input audio buffer and the ear at it. */
export type Turns = {
  /** Any number of samples. */
  push(pcm: Pcm): void
  /** The client's own commit. */
  commit(): ApiError | undefined
  clear(): void
  /** Changes when a turn ends; null leaves that to the client. */
  detect(by: TurnDetection): void
}

const MIN_COMMIT_MS = 100

/** Semantic VAD waits for the end of a thought; here it waits longer or shorter, in milliseconds. */
const SEMANTIC_SILENCE_MS = { low: 1200, medium: 600, high: 400, auto: 600 }

const optionsOf = (by: NonNullable<TurnDetection>) =>
  by.type === 'semantic_vad'
    ? { threshold: 0.5, prefixPaddingMs: 300, silenceDurationMs: SEMANTIC_SILENCE_MS[by.eagerness ?? 'auto'] }
    : {
        threshold: by.threshold ?? 0.5,
        prefixPaddingMs: by.prefix_padding_ms ?? 300,
        silenceDurationMs: by.silence_duration_ms ?? 500,
      }

/** Hears turns in a stream of sound, and keeps count of what was not committed yet; the sound itself is not kept. */
export const createTurns = (createVad: CreateVad, events: TurnEvents): Turns => {
  let clockMs = 0
  let bufferedMs = 0
  let vad: Vad | undefined
  let vadSinceMs = 0
  let detectedBy = ''
  let speech: { itemId: string; fromMs: number } | undefined

  const forget = () => {
    bufferedMs = 0
    speech = undefined
    vad?.reset()
  }

  const commitAs = (itemId: string, audioMs: number) => {
    forget()
    events.committed(itemId, audioMs)
  }

  const heard = ({ type, atMs }: VadEvent) => {
    const at = Math.round(atMs + vadSinceMs)
    if (type === 'started') {
      speech = { itemId: newId('item'), fromMs: at }
      return events.started(speech.itemId, at)
    }
    if (!speech) return
    const { itemId, fromMs } = speech
    events.stopped(itemId, at)
    commitAs(itemId, at - fromMs)
  }

  const cut = createFramer(frame => {
    clockMs += FRAME_MS
    bufferedMs += FRAME_MS
    const event = vad?.push(frame)
    if (event) heard(event)
  })

  return {
    push: cut,
    commit: () => {
      if (bufferedMs < MIN_COMMIT_MS) return bufferTooSmall(bufferedMs)
      commitAs(speech?.itemId ?? newId('item'), bufferedMs)
      return undefined
    },
    clear: forget,
    detect: by => {
      const written = by ? JSON.stringify(optionsOf(by)) : ''
      // The same ear keeps listening when something else of the session changes in the middle of a word.
      if (written === detectedBy) return
      detectedBy = written
      speech = undefined
      vadSinceMs = clockMs
      vad = by ? createVad(optionsOf(by)) : undefined
    },
  }
}

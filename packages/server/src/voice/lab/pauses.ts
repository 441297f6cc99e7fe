import { meanSquare, powerDb, type Sound } from './sound.ts'
import type { SpeechLevel } from './speech-level.ts'

/** A stretch of time, in seconds from the start. */
export interface Span {
  from: number
  to: number
}

/** When somebody speaks. */
export interface Phrasing {
  /** From the first sound of speech to the last. */
  speech: Span
  /** Pauses inside it of 0.2 s and more, as P.56's hang-over has it; shorter ones belong to the words. */
  pauses: Span[]
}

const FRAME_SECONDS = 0.01
const LEAST_PAUSE_SECONDS = 0.2

/**
 * Where speech begins, pauses and ends, to a hundredth of a second: frames of 10 ms below the threshold of ITU-T P.56.
 * Frames and not P.56's envelope, whose tail would shorten every pause.
 */
export function phrasing({ samples, rate }: Sound, { thresholdDb }: SpeechLevel): Phrasing | null {
  const frame = Math.round(FRAME_SECONDS * rate)
  const active = Array.from(
    { length: Math.ceil(samples.length / frame) },
    (_, i) => powerDb(meanSquare(samples, i * frame, Math.min(samples.length, (i + 1) * frame))) > thresholdDb,
  )
  const seconds = (frames: number) => (frames * frame) / rate
  const [first, last] = [active.indexOf(true), active.lastIndexOf(true)]
  if (first === -1) return null
  const pauses: Span[] = []
  for (let i = first, since = first; i <= last; i++) {
    if (!active[i]) continue
    if (seconds(i - since) >= LEAST_PAUSE_SECONDS) pauses.push({ from: seconds(since), to: seconds(i) })
    since = i + 1
  }
  return { speech: { from: seconds(first), to: seconds(last + 1) }, pauses }
}

/** Seconds. */
export function lengthOf({ from, to }: Span): number {
  return to - from
}

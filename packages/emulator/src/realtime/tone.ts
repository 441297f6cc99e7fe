import { SILENCE } from '../media/opus.ts'
import { FRAME_MS, SAMPLE_RATE, SAMPLES_PER_MS } from '../media/pcm.ts'
import type { Speak } from '../media/types.ts'

const MS_PER_WORD = 300
const HERTZ = 440
const LOUDNESS = 6000

/** Speaks in beeps, as long as the words would take. */
export const tone: Speak = async text => {
  const durationMs = text.split(/\s+/).length * MS_PER_WORD
  const pcm = Int16Array.from({ length: durationMs * SAMPLES_PER_MS }, (_, sample) =>
    Math.round(LOUDNESS * Math.sin((2 * Math.PI * HERTZ * sample) / SAMPLE_RATE)),
  )
  return { transcript: text, pcm, packets: Array(durationMs / FRAME_MS).fill(SILENCE), durationMs }
}

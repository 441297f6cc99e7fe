import type { Speak } from '../media/types.ts'

const MS_PER_WORD = 300
const SAMPLES_PER_MS = 24
const PACKET_MS = 20
const HERTZ = 440
const LOUDNESS = 6000

/** Opus for 20 ms of silence. */
const SILENT_PACKET = Uint8Array.of(0xf8, 0xff, 0xfe)

/** Speaks in beeps, as long as the words would take. */
export const tone: Speak = async text => {
  const durationMs = text.split(/\s+/).length * MS_PER_WORD
  const pcm = Int16Array.from({ length: durationMs * SAMPLES_PER_MS }, (_, sample) =>
    Math.round(LOUDNESS * Math.sin((2 * Math.PI * HERTZ * sample) / (SAMPLES_PER_MS * 1000))),
  )
  return { transcript: text, pcm, packets: Array(durationMs / PACKET_MS).fill(SILENT_PACKET), durationMs }
}

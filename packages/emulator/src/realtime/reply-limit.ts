import type { Speech } from '../media/types.ts'
import { assistantAudioTokens, textTokens } from './usage.ts'

/** The part of a speech that `max_output_tokens` allows, and whether that is not all. */
export const limited = (speech: Speech, maxTokens: number | 'inf'): { speech: Speech; cut: boolean } => {
  const tokens = assistantAudioTokens(speech.durationMs) + textTokens(speech.transcript)
  if (maxTokens === 'inf' || tokens <= maxTokens) return { speech, cut: false }
  const share = maxTokens / tokens
  const part = <T>(length: number, slice: (end: number) => T) => slice(Math.floor(length * share))
  return {
    cut: true,
    speech: {
      transcript: part(speech.transcript.length, end => speech.transcript.slice(0, end)),
      pcm: part(speech.pcm.length, end => speech.pcm.subarray(0, end)),
      packets: part(speech.packets.length, end => speech.packets.slice(0, end)),
      durationMs: speech.durationMs * share,
    },
  }
}

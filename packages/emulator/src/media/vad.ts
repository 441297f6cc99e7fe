import { FRAME_MS, rmsDbfs } from './pcm.ts'
import type { CreateVad } from './types.ts'

/** Shorter sounds are clicks, not speech. */
const LEAST_SPEECH_MS = 60

/**
 * Server VAD on loudness alone. A frame is loud from −60 + 40 × `threshold` dBFS on, so the usual 0.5 means −40 dBFS.
 * As OpenAI defines its `audio_start_ms` and `audio_end_ms`, a start lies `prefixPaddingMs` before the first loud frame
 * and a stop includes the `silenceDurationMs` that proved it.
 */
export const createVad: CreateVad = ({ threshold, prefixPaddingMs, silenceDurationMs }) => {
  const loudFrom = -60 + 40 * threshold
  let clockMs = 0
  let speaking = false
  let loudMs = 0
  let quietMs = 0

  function reset(): void {
    speaking = false
    loudMs = 0
    quietMs = 0
  }

  return {
    reset,
    push(frame) {
      clockMs += FRAME_MS
      const loud = rmsDbfs(frame) >= loudFrom
      loudMs = loud ? loudMs + FRAME_MS : 0
      quietMs = loud ? 0 : quietMs + FRAME_MS
      if (!speaking && loudMs >= LEAST_SPEECH_MS) {
        speaking = true
        return { type: 'started', atMs: Math.max(0, clockMs - loudMs - prefixPaddingMs) }
      }
      if (!speaking || quietMs < silenceDurationMs) return undefined
      reset()
      return { type: 'stopped', atMs: clockMs }
    },
  }
}

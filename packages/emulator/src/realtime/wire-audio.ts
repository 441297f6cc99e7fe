import type { RealtimeAudioFormats } from 'openai/resources/realtime/realtime'
import type { ApiError } from '../errors.ts'
import type { Pcm } from '../media/types.ts'
import type { WithNulls } from '../session.ts'
import { audioFormatUnknown, badAudio } from './errors.ts'

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/

/** Reads the sound of `input_audio_buffer.append`: base64 of 16-bit little-endian samples at 24 kHz. */
export const pcmOf = (
  audio: string,
  format: WithNulls<RealtimeAudioFormats> | null | undefined,
): { pcm: Pcm } | { error: ApiError } => {
  if (format?.type && format.type !== 'audio/pcm') return { error: audioFormatUnknown(format.type) }
  const bytes = Buffer.from(audio, 'base64')
  if (!BASE64.test(audio) || bytes.length % 2 !== 0) return { error: badAudio }
  // A copy of its own, since samples must begin at an even address.
  return { pcm: new Int16Array(new Uint8Array(bytes).buffer) }
}

import { meanSquare, powerDb, type Sound } from './sound.ts'

const FRAME_SECONDS = 0.02
const QUIETEST = 0.1

/**
 * The level under which the quietest tenth of 20 ms frames stay, in dBFS; -100 where it is digital silence. A percentile
 * of frame levels is the usual stand-in for a noise floor that cannot be heard alone (minimum statistics: R. Martin, IEEE
 * Trans. Speech and Audio Processing 9(5), 2001). Noise that is gated away in the pauses is not found.
 */
export function noiseFloor({ samples, rate }: Sound): number {
  const frame = Math.round(FRAME_SECONDS * rate)
  const levels = Array.from({ length: Math.floor(samples.length / frame) }, (_, i) =>
    powerDb(meanSquare(samples, i * frame, (i + 1) * frame)),
  ).sort((a, b) => a - b)
  return levels[Math.floor(QUIETEST * levels.length)] ?? -100
}

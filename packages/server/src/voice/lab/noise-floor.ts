import { lengthOf, type Span } from './pauses.ts'
import { meanSquare, powerDb, type Sound } from './sound.ts'

/** The closure of a `p` or a `t` lasts longer, and every sentence has some. */
const WINDOW_SECONDS = 0.03
const STEP_SECONDS = 0.01
const LEAST_SECONDS = 1

/**
 * The level of the quietest 30 ms inside the speech, in dBFS; `SILENCE_DB` where that is digital silence, null for less than a
 * second: one word may have no gap. The minimum over windows
 * that reach from one word's gap to the next is the usual estimate of noise that cannot be heard alone (minimum statistics:
 * R. Martin, IEEE Trans. Speech and Audio Processing 9(5), 2001). Noise that is gated away in the gaps is not found.
 */
export function noiseFloor({ samples, rate }: Sound, within: Span): number | null {
  if (lengthOf(within) < LEAST_SECONDS) return null
  const [window, step] = [Math.round(WINDOW_SECONDS * rate), Math.round(STEP_SECONDS * rate)]
  const [first, end] = [Math.round(within.from * rate), Math.min(samples.length, Math.round(within.to * rate))]
  let least = Number.POSITIVE_INFINITY
  for (let from = first; from + window <= end; from += step)
    least = Math.min(least, meanSquare(samples, from, from + window))
  return powerDb(least)
}

import { concat, SAMPLE_RATE } from './pcm.ts'
import type { AudioFault, Pcm } from './types.ts'

/** So much too loud that a voice clips all the time. */
const OVERDRIVE = 12

/** A gap nobody takes for a pause, after each second of speech. */
const GAP_SECONDS = 0.8
const GAP_EVERY_SECONDS = 1

/** How much of a reply that comes late is nothing. */
const LATE_SECONDS = 2.5

/** White noise of this height has −35 dBFS. */
const NOISE_PEAK = 1_010

/** What a fault does to the samples. Wrong words and lost packets leave them as they are. */
const SPOIL: Readonly<Partial<Record<AudioFault, (pcm: Pcm) => Pcm>>> = {
  silence: pcm => new Int16Array(pcm.length),
  clipping: pcm => pcm.map(sample => clamp(sample * OVERDRIVE)),
  gaps: withGaps,
  noise: withNoise,
  late: pcm => concat(silence(LATE_SECONDS), pcm),
}

/** The same speech with the fault in it; the same fault is the same sound each time. */
export function spoiled(pcm: Pcm, fault: AudioFault): Pcm {
  return SPOIL[fault]?.(pcm) ?? pcm
}

function withGaps(pcm: Pcm): Pcm {
  const stride = Math.min(GAP_EVERY_SECONDS * SAMPLE_RATE, Math.ceil(pcm.length / 2))
  const pieces: Pcm[] = []
  for (let at = 0; at < pcm.length; at += stride) pieces.push(pcm.subarray(at, at + stride), silence(GAP_SECONDS))
  return concat(...pieces.slice(0, -1))
}

/** A linear congruential generator is random enough for the ear. */
function withNoise(pcm: Pcm): Pcm {
  let state = 1
  return pcm.map(sample => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return clamp(sample + (state / 2 ** 31 - 1) * NOISE_PEAK)
  })
}

function silence(seconds: number): Pcm {
  return new Int16Array(seconds * SAMPLE_RATE)
}

function clamp(sample: number): number {
  return Math.max(-32_768, Math.min(32_767, Math.round(sample)))
}

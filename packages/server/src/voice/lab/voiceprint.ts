import { hann, powerSpectrum, windowed } from './fft.ts'
import { cepstrum, melFilters } from './mel.ts'
import { medianPitch } from './pitch.ts'
import { meanSquare, powerDb, type Sound } from './sound.ts'
import { speechLevel } from './speech-level.ts'

/** What tells one voice from another, whatever it says and however loud. */
export interface Voiceprint {
  /** Mean mel cepstrum of the speech: its timbre. */
  timbre: number[]
  /** Median, Hz. */
  pitchHz: number | null
}

/** How far apart two voices are. */
export interface VoiceDistance {
  /** Mel-cepstral distortion between the mean cepstra, dB. */
  timbreDb: number
  /** Between the median pitches; null where one has none. */
  pitchSemitones: number | null
}

const FRAME = 512
const STEP = 256

/** Null where there is no speech. */
export function voiceprint(sound: Sound): Voiceprint | null {
  const level = speechLevel(sound)
  if (!level) return null
  const filters = melFilters(sound.rate, FRAME)
  const window = hann(FRAME)
  const sum = new Float64Array(12)
  let frames = 0
  for (let from = 0; from + FRAME <= sound.samples.length; from += STEP) {
    if (powerDb(meanSquare(sound.samples, from, from + FRAME)) <= level.thresholdDb) continue
    const found = cepstrum(powerSpectrum(windowed(sound.samples, from, window)), filters)
    for (const [i, value] of found.entries()) sum[i] = (sum[i] ?? 0) + value
    frames++
  }
  return frames === 0 ? null : { timbre: Array.from(sum, value => value / frames), pitchHz: medianPitch(sound) }
}

/**
 * Mel-cepstral distortion, (10 / ln 10) √(2 Σ Δc²): R. Kubichek, "Mel-cepstral distance measure for objective speech
 * quality assessment" (IEEE Pacific Rim 1993), here between the means over all speech, since two voices need not say the
 * same words in the same time. There is no absolute scale: compare with the distance of a voice from itself.
 */
export function voiceDistance(a: Voiceprint, b: Voiceprint): VoiceDistance {
  const squares = a.timbre.reduce((sum, value, i) => sum + (value - (b.timbre[i] ?? 0)) ** 2, 0)
  const [high, low] = [a.pitchHz, b.pitchHz]
  return {
    timbreDb: (10 / Math.LN10) * Math.sqrt(2 * squares),
    pitchSemitones: high === null || low === null ? null : Math.abs(12 * Math.log2(high / low)),
  }
}

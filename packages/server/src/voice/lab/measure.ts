import { type Clip, clippedRuns } from './clipping.ts'
import { type Arrival, type Delivery, delivery } from './delivery.ts'
import type { Figures } from './limits.ts'
import { integratedLoudness } from './loudness.ts'
import { noiseFloor } from './noise-floor.ts'
import { lengthOf, type Phrasing, phrasing, type Span } from './pauses.ts'
import { durationOf, SILENCE_DB, type Sound } from './sound.ts'
import { type SpeechLevel, speechLevel } from './speech-level.ts'
import { truePeak } from './true-peak.ts'
import { type Voiceprint, voiceprint } from './voiceprint.ts'
import { compareWords, type Edit, wordsOf } from './words.ts'

/** One reply as it was recorded. */
export interface Take {
  sound: Sound
  /** Monotonic milliseconds. */
  askedAt: number
  arrivals: readonly Arrival[]
  /** What was to be said; null where the speaker was free. */
  asked: string | null
  /** The transcript. */
  said: string
}

/** Everything that was found in a take. */
export interface Measurement {
  figures: Figures
  durationSeconds: number
  /** From the first sound of speech to the last; null in silence. */
  speech: Span | null
  pauses: Span[]
  clips: Clip[]
  edits: Edit[]
  voiceprint: Voiceprint | null
}

/** Quieter than this it is taken for silence, or for noise: 30 dB below usual speech. */
const QUIETEST_SPEECH_DB = -50

/** Measures all there is: some tenths of a second of work for ten seconds of sound. */
export function measure(take: Take): Measurement {
  const { sound, asked, said } = take
  const level = audible(speechLevel(sound))
  const loudness = integratedLoudness(sound)
  const peak = truePeak(sound)
  const print = level && voiceprint(sound)
  const spoken = level && phrasing(sound, level)
  const clips = clippedRuns(sound)
  const words = asked === null ? null : compareWords(asked, said)
  return {
    figures: {
      speech_seconds: (level?.activity ?? 0) * durationOf(sound),
      ...deliveryFigures(delivery(take.askedAt, take.arrivals), spoken),
      loudness_lufs: loudness,
      true_peak_dbtp: peak > SILENCE_DB ? peak : null,
      clipped_runs: clips.length,
      silence_ratio: 100 * (1 - (level?.activity ?? 0)),
      longest_gap_ms: spoken && 1000 * Math.max(0, ...spoken.pauses.map(lengthOf)),
      long_pauses_share: spoken && 100 * longPausesShare(spoken),
      noise_floor_dbfs: spoken && noiseFloor(sound, spoken.speech),
      words_per_minute: spoken && said.trim() ? (60 * wordsOf(said).length) / lengthOf(spoken.speech) : null,
      word_error_rate: words && 100 * words.errorRate,
    },
    durationSeconds: durationOf(sound),
    speech: spoken?.speech ?? null,
    pauses: spoken?.pauses ?? [],
    clips,
    edits: words?.edits ?? [],
    voiceprint: print,
  }
}

const LONG_PAUSE_SECONDS = 0.5

function longPausesShare({ speech, pauses }: Phrasing): number {
  const long = pauses.map(lengthOf).filter(length => length >= LONG_PAUSE_SECONDS)
  return long.reduce((sum, length) => sum + length, 0) / lengthOf(speech)
}

function audible(level: SpeechLevel | null): SpeechLevel | null {
  return level && level.levelDb > QUIETEST_SPEECH_DB ? level : null
}

function deliveryFigures(delivered: Delivery | null, spoken: Phrasing | null) {
  return {
    first_audio_ms: delivered?.firstAudioMs ?? null,
    first_speech_ms: delivered && spoken && delivered.firstAudioMs + 1000 * spoken.speech.from,
    realtime_factor: delivered?.realtimeFactor ?? null,
    stalled_ms: delivered?.stalledMs ?? null,
  }
}

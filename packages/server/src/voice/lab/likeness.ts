import { VOICES_DIFFER } from './limits.ts'
import { mean } from './mean.ts'
import { type VoiceDistance, type Voiceprint, voiceDistance } from './voiceprint.ts'

/** Two voices beside each other; `a` and `b` are one where it is the yardstick. */
export interface VoicePair {
  a: string
  b: string
  /** The mean over all their replies; null where a voice has too few to compare. */
  distance: VoiceDistance | null
  /** Null for a voice beside itself, and where there is nothing to compare. */
  differ: boolean | null
}

/** Every voice beside every other and itself, by replies of the same words: `[voice, print]`. */
export function likeness(prints: readonly (readonly [string, Voiceprint])[]): VoicePair[] {
  const voices = [...new Set(prints.map(([voice]) => voice))]
  const of = (voice: string) => prints.filter(([name]) => name === voice).map(([, print]) => print)
  const own = new Map(voices.map(voice => [voice, meanDistance(distinctPairs(of(voice)))]))
  return voices.flatMap((a, i) =>
    voices.slice(i).map(b => {
      if (a === b) return { a, b, distance: own.get(a) ?? null, differ: null }
      const distance = meanDistance(of(a).flatMap(x => of(b).map(y => [x, y] as const)))
      const yardstick = Math.max(own.get(a)?.timbreDb ?? 0, own.get(b)?.timbreDb ?? 0)
      return { a, b, distance, differ: distance && differ(distance, yardstick) }
    }),
  )
}

function differ({ timbreDb, pitchSemitones }: VoiceDistance, ownDb: number): boolean {
  const byTimbre = ownDb > 0 && timbreDb >= VOICES_DIFFER.timesOwnDistance * ownDb
  return byTimbre || (pitchSemitones ?? 0) >= VOICES_DIFFER.semitones
}

type Pair = readonly [Voiceprint, Voiceprint]

function distinctPairs(prints: readonly Voiceprint[]): Pair[] {
  return prints.flatMap((a, i) => prints.slice(i + 1).map(b => [a, b] as const))
}

function meanDistance(pairs: readonly Pair[]): VoiceDistance | null {
  if (pairs.length === 0) return null
  const distances = pairs.map(([a, b]) => voiceDistance(a, b))
  const pitches = distances.map(({ pitchSemitones }) => pitchSemitones).filter(pitch => pitch !== null)
  return {
    timbreDb: mean(distances.map(({ timbreDb }) => timbreDb)),
    pitchSemitones: pitches.length === 0 ? null : mean(pitches),
  }
}

import { framesOf, rmsDbfs } from './pcm.ts'
import type { Pcm } from './types.ts'

/** Speech that measures like this, pauses left out, has about −20 LUFS. */
const SPEECH_DBFS = -20

/** Pauses are no part of how loud someone speaks. */
const PAUSE_DBFS = -50

/** Full scale is 32,767; Opus may add a little. */
const HIGHEST_PEAK = 29_000

/** The same speech, as loud as any other and with no peak near full scale. */
export function levelled(pcm: Pcm): Pcm {
  const gain = Math.min(10 ** ((SPEECH_DBFS - speechDbfs(pcm)) / 20), HIGHEST_PEAK / peakOf(pcm))
  return pcm.map(sample => Math.round(sample * gain))
}

function speechDbfs(pcm: Pcm): number {
  const levels = framesOf(pcm).map(rmsDbfs)
  const powers = levels.filter(level => level > PAUSE_DBFS).map(level => 10 ** (level / 10))
  return 10 * Math.log10(powers.reduce((sum, power) => sum + power, 0) / Math.max(1, powers.length))
}

function peakOf(pcm: Pcm): number {
  return pcm.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 1)
}

/** Below this it is no speech, once it is levelled. */
const INAUDIBLE = 100

/** The same speech without the silence before and after it. */
export function trimmed(pcm: Pcm): Pcm {
  const audible = (sample: number) => Math.abs(sample) > INAUDIBLE
  return pcm.subarray(Math.max(0, pcm.findIndex(audible)), pcm.findLastIndex(audible) + 1)
}

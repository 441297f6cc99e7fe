import type { Sound } from './sound.ts'

/** Where a wave was cut off. */
export interface Clip {
  /** Seconds from the start. */
  at: number
  /** Samples in a row. */
  samples: number
}

/** The highest value that 16 bits hold, less a rounding. */
const FULL_SCALE = 32_766.5 / 32_768
const LEAST_AT_FULL_SCALE = 3

/** A cut wave that was turned down afterwards: its tops are flat, and at the clip's own highest level. */
const LEAST_FLAT = 4
const NEAR_PEAK = 0.98
const LOUD_ENOUGH = 0.1

/**
 * Runs of equal samples at full scale (three or more, the usual rule of clip meters), or at the clip's own peak (four or
 * more). A whole wave has such flat tops only where it is slow: below 100 Hz at a tenth of full scale, which speech is not.
 */
export function clippedRuns({ samples, rate }: Sound): Clip[] {
  const peak = samples.reduce((highest, sample) => Math.max(highest, Math.abs(sample)), 0)
  const runs: Clip[] = []
  for (let start = 0; start < samples.length; ) {
    const end = endOfRun(samples, start)
    if (isClipped(Math.abs(samples[start] ?? 0), end - start, peak))
      runs.push({ at: start / rate, samples: end - start })
    start = end
  }
  return runs
}

function endOfRun(samples: Float32Array, start: number): number {
  let end = start + 1
  while (end < samples.length && samples[end] === samples[start]) end++
  return end
}

function isClipped(level: number, length: number, peak: number): boolean {
  if (level >= FULL_SCALE) return length >= LEAST_AT_FULL_SCALE
  return peak >= LOUD_ENOUGH && level >= NEAR_PEAK * peak && length >= LEAST_FLAT
}

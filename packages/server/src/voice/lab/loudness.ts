import { filtered, kWeighting } from './k-weighting.ts'
import { mean } from './mean.ts'
import type { Sound } from './sound.ts'

/** Blocks of 400 ms that overlap by 75 %. */
const BLOCK_SECONDS = 0.4
const STEP_SECONDS = 0.1

const ABSOLUTE_GATE_LUFS = -70
const RELATIVE_GATE_LU = -10

/**
 * Integrated loudness in LUFS, or null where nothing passes the gates: silence, or less than 0.4 s.
 * ITU-R BS.1770-4, annex 1, as EBU R 128 uses it. One channel is counted as one: through two loudspeakers it is 3 LU louder.
 */
export function integratedLoudness({ samples, rate }: Sound): number | null {
  const powers = blockPowers(weighted(samples, rate), rate)
  const audible = powers.filter(power => lufs(power) > ABSOLUTE_GATE_LUFS)
  const gate = lufs(mean(audible)) + RELATIVE_GATE_LU
  const heard = audible.filter(power => lufs(power) > gate)
  return heard.length === 0 ? null : lufs(mean(heard))
}

function weighted(samples: Float32Array, rate: number): Float64Array {
  const [shelf, pass] = kWeighting(rate)
  return filtered(filtered(samples, shelf), pass)
}

/** Mean squares of the blocks, from sums over steps. The last, unfinished block does not count. */
function blockPowers(samples: Float64Array, rate: number): number[] {
  const step = Math.round(STEP_SECONDS * rate)
  const perBlock = Math.round(BLOCK_SECONDS / STEP_SECONDS)
  const sums = Array.from({ length: Math.floor(samples.length / step) }, (_, i) =>
    samples.subarray(i * step, (i + 1) * step).reduce((sum, x) => sum + x * x, 0),
  )
  return Array.from(
    { length: Math.max(0, sums.length - perBlock + 1) },
    (_, i) => sums.slice(i, i + perBlock).reduce((a, b) => a + b) / (perBlock * step),
  )
}

/** The constant takes away what the filters add at 997 Hz. */
function lufs(power: number): number {
  return -0.691 + 10 * Math.log10(power)
}

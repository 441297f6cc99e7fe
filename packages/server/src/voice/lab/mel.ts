import { hzOf, melOf } from './mel-scale.ts'

/** Triangular filters, evenly spaced in mel, each as high as its neighbours' feet are apart. */
const FILTERS = 26
const LOWEST_HZ = 80
const HIGHEST_HZ = 7600

type Filters = readonly Float64Array[]

/** Weights of each filter over the bins of a power spectrum of `size` points. */
export function melFilters(rate: number, size: number): Filters {
  const [low, high] = [melOf(LOWEST_HZ), melOf(Math.min(HIGHEST_HZ, rate / 2))]
  const corners = Array.from({ length: FILTERS + 2 }, (_, i) => hzOf(low + ((high - low) * i) / (FILTERS + 1)))
  return Array.from({ length: FILTERS }, (_, f) => {
    const [left, centre, right] = [corners[f] ?? 0, corners[f + 1] ?? 0, corners[f + 2] ?? 0]
    return Float64Array.from({ length: size / 2 + 1 }, (_, bin) => {
      const hz = (bin * rate) / size
      return Math.max(0, Math.min((hz - left) / (centre - left), (right - hz) / (right - centre)))
    })
  })
}

/** Cepstral coefficients 1 to 12; the 0th, which is loudness, is left out. */
const COEFFICIENTS = 12

/** Below this share of a frame's power a band counts as empty, so that a quiet copy of a voice is the same voice. */
const LEAST_SHARE = 1e-6

/** Mel-frequency cepstral coefficients of one power spectrum, from the logarithms of amplitudes: S. Davis and P. Mermelstein, IEEE Trans. ASSP 28(4), 1980. */
export function cepstrum(spectrum: Float64Array, filters: Filters): Float64Array {
  const bands = filters.map(filter => filter.reduce((sum, weight, bin) => sum + weight * (spectrum[bin] ?? 0), 0))
  const least = Math.max(Number.MIN_VALUE, LEAST_SHARE * bands.reduce((a, b) => a + b))
  const logs = bands.map(band => Math.log(band + least) / 2)
  return Float64Array.from({ length: COEFFICIENTS }, (_, c) => cosineSum(logs, c + 1) * Math.sqrt(2 / FILTERS))
}

function cosineSum(logs: readonly number[], order: number): number {
  return logs.reduce((sum, log, f) => sum + log * Math.cos((Math.PI * order * (f + 0.5)) / FILTERS), 0)
}

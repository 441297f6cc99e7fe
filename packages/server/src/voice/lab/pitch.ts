import type { Sound } from './sound.ts'

/** Voices of people who speak, with room above and below for excitement and depth. */
const LOWEST_HZ = 60
const HIGHEST_HZ = 400
/** A dip below this is a period; above, the frame is unvoiced. */
const THRESHOLD = 0.15
const STEP_SECONDS = 0.02

/**
 * The median pitch of the voiced frames in Hz; null where fewer than five are voiced.
 * YIN: A. de Cheveigné and H. Kawahara, JASA 111(4), 2002, steps 1 to 5 on a wave of half the rate.
 */
export function medianPitch(sound: Sound): number | null {
  const { samples, rate } = halved(sound)
  const window = Math.ceil((2 * rate) / LOWEST_HZ)
  const step = Math.round(STEP_SECONDS * rate)
  const pitches: number[] = []
  for (let from = 0; from + 2 * window <= samples.length; from += step) {
    const pitch = pitchAt(samples, from, window, rate)
    if (pitch !== null) pitches.push(pitch)
  }
  return pitches.length < 5 ? null : (pitches.sort((a, b) => a - b)[pitches.length >> 1] ?? null)
}

/** Neighbours averaged: enough of a low-pass for what lies below 400 Hz. */
function halved({ samples, rate }: Sound): Sound {
  const half = Float32Array.from(
    { length: samples.length >> 1 },
    (_, i) => ((samples[2 * i] ?? 0) + (samples[2 * i + 1] ?? 0)) / 2,
  )
  return { samples: half, rate: rate / 2 }
}

function pitchAt(samples: Float32Array, from: number, window: number, rate: number): number | null {
  const [shortest, longest] = [Math.floor(rate / HIGHEST_HZ), Math.ceil(rate / LOWEST_HZ)]
  const dips = normalised(differences(samples, from, window, longest))
  for (let lag = shortest; lag < longest; lag++) {
    if ((dips[lag] ?? 1) >= THRESHOLD) continue
    while (lag + 1 < longest && (dips[lag + 1] ?? 1) < (dips[lag] ?? 1)) lag++
    return rate / (lag + vertex(dips[lag - 1] ?? 1, dips[lag] ?? 1, dips[lag + 1] ?? 1))
  }
  return null
}

function differences(samples: Float32Array, from: number, window: number, longest: number): Float64Array {
  return Float64Array.from({ length: longest + 1 }, (_, lag) => {
    let sum = 0
    for (let i = from; i < from + window; i++) sum += ((samples[i] ?? 0) - (samples[i + lag] ?? 0)) ** 2
    return sum
  })
}

/** Each difference over the mean of those before it, so that lag 0 is no winner. Silence has none. */
function normalised(differences: Float64Array): Float64Array {
  let sum = 0
  return differences.map((difference, lag) => {
    sum += difference
    return lag === 0 || sum < 1e-6 ? 1 : (difference * lag) / sum
  })
}

/** Where a parabola through three neighbours is lowest, from the middle one. */
function vertex(left: number, middle: number, right: number): number {
  const bend = left - 2 * middle + right
  return bend === 0 ? 0 : (left - right) / (2 * bend)
}

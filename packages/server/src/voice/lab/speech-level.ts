import { meanSquare, type Sound } from './sound.ts'

/** How loud speech is while somebody speaks, and how much of the time that is. */
export interface SpeechLevel {
  /** Active speech level, dB below full scale. */
  levelDb: number
  /** The envelope's level above which there is speech: 15.9 dB lower. */
  thresholdDb: number
  /** Share of the time, 0 to 1; pauses of up to 0.2 s count as speech. */
  activity: number
}

const TIME_CONSTANT_SECONDS = 0.03
const HANGOVER_SECONDS = 0.2
const MARGIN_DB = 15.9
/** Thresholds 6 dB apart, as 16 bits have them. */
const THRESHOLDS = Array.from({ length: 15 }, (_, bit) => 2 ** (bit - 15))

/** ITU-T P.56 (12/2011), method B. Null where nothing is loud enough to tell. */
export function speechLevel({ samples, rate }: Sound): SpeechLevel | null {
  const power = meanSquare(samples)
  const smoothed = envelope(samples, rate)
  const points = THRESHOLDS.map(threshold => {
    const activity = activityAbove(smoothed, threshold, Math.ceil(HANGOVER_SECONDS * rate))
    return { level: 10 * Math.log10(power / activity), threshold: 20 * Math.log10(threshold) }
  })
  const above = points.findIndex(({ level, threshold }) => level - threshold <= MARGIN_DB)
  const [lower, upper] = [points[above - 1], points[above]]
  if (!lower || !upper || !Number.isFinite(upper.level)) return null
  const [excess, lack] = [lower.level - lower.threshold - MARGIN_DB, upper.level - upper.threshold - MARGIN_DB]
  const levelDb = lower.level + ((upper.level - lower.level) * excess) / (excess - lack)
  return { levelDb, thresholdDb: levelDb - MARGIN_DB, activity: Math.min(1, power / 10 ** (levelDb / 10)) }
}

/** The rectified wave, smoothed twice. */
function envelope(samples: Float32Array, rate: number): Float64Array {
  const g = Math.exp(-1 / (rate * TIME_CONSTANT_SECONDS))
  let [p, q] = [0, 0]
  return Float64Array.from(samples, sample => {
    p = g * p + (1 - g) * Math.abs(sample)
    q = g * q + (1 - g) * p
    return q
  })
}

function activityAbove(smoothed: Float64Array, threshold: number, hangover: number): number {
  let active = 0
  let since = hangover
  for (const level of smoothed) {
    since = level >= threshold ? 0 : since + 1
    if (since < hangover) active++
  }
  return active / smoothed.length
}

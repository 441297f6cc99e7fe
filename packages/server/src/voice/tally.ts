import { BEST_MOS, WORST_MOS } from './mos.ts'
import {
  decodeSketch,
  type EncodedSketch,
  emptySketch,
  encodeSketch,
  mean,
  merge,
  percentile,
  record,
  type Sketch,
} from './sketch.ts'

/** What is measured of sessions and calls: milliseconds, and the score of `mos.ts`. */
export const MEASURES = ['mint_ms', 'click_to_connected_ms', 'first_audio_ms', 'turn_gap_ms', 'mos'] as const
export type Measure = (typeof MEASURES)[number]

/** What is counted for one voice, model, difficulty or mode in some stretch of time. */
export interface Tally {
  /** Credentials handed out. */
  requests: number
  reports: number
  /** How many users gave one star, two, … five. */
  stars: number[]
  /** Those of which there is anything. */
  measures: Map<Measure, Sketch>
}

/** A tally as JSON, names short since there are many. */
export interface EncodedTally {
  n: number
  r: number
  s: number[]
  m: Record<string, EncodedSketch>
}

export function emptyTally(): Tally {
  return { requests: 0, reports: 0, stars: [0, 0, 0, 0, 0], measures: new Map() }
}

export function measure({ measures }: Tally, name: Measure, value: number): void {
  record(sketchOf(measures, name), value)
}

/** `rating` is 1 to 5. */
export function rate(tally: Tally, rating: number): void {
  tally.stars[rating - 1] = (tally.stars[rating - 1] ?? 0) + 1
}

export function mergeTally(into: Tally, from: Tally): void {
  into.requests += from.requests
  into.reports += from.reports
  into.stars = into.stars.map((count, index) => count + (from.stars[index] ?? 0))
  for (const [name, sketch] of from.measures) merge(sketchOf(into.measures, name), sketch)
}

/** The figures of a tally, as `/v1/voice/metrics` tells them. */
export function figuresOf({ requests, reports, stars, measures }: Tally) {
  const times = (name: Measure) => percentiles(measures.get(name) ?? emptySketch())
  const mos = measures.get('mos') ?? emptySketch()
  const ratings = stars.reduce((sum, count) => sum + count, 0)
  const points = stars.reduce((sum, count, index) => sum + count * (index + 1), 0)
  return {
    requests,
    mint_ms: times('mint_ms'),
    reports,
    click_to_connected_ms: times('click_to_connected_ms'),
    first_audio_ms: times('first_audio_ms'),
    turn_gap_ms: times('turn_gap_ms'),
    quality: { count: mos.count, mos_mean: rounded(mean(mos)), mos_p10: rounded(score(percentile(mos, 10))) },
    satisfaction: { count: ratings, mean: ratings === 0 ? null : rounded(points / ratings), stars },
  }
}

export type Figures = ReturnType<typeof figuresOf>

export function encodeTally({ requests, reports, stars, measures }: Tally): EncodedTally {
  const sketches = [...measures].map(([name, sketch]) => [name, encodeSketch(sketch)] as const)
  return { n: requests, r: reports, s: stars, m: Object.fromEntries(sketches) }
}

/** Takes what it understands: another version may have written it. */
export function decodeTally(encoded: Partial<EncodedTally>): Tally {
  const tally = emptyTally()
  tally.requests = Number(encoded.n) || 0
  tally.reports = Number(encoded.r) || 0
  tally.stars = tally.stars.map((_, index) => Number(encoded.s?.[index]) || 0)
  for (const name of MEASURES) {
    const sketch = decodeSketch(encoded.m?.[name])
    if (sketch) tally.measures.set(name, sketch)
  }
  return tally
}

function sketchOf(measures: Tally['measures'], name: Measure): Sketch {
  const known = measures.get(name)
  if (known) return known
  const sketch = emptySketch()
  measures.set(name, sketch)
  return sketch
}

function percentiles(sketch: Sketch) {
  const at = (percent: number) => rounded(percentile(sketch, percent))
  return { count: sketch.count, p50: at(50), p95: at(95), p99: at(99) }
}

/** The sketch is right to within one percent, which may lie beyond the scale. */
function score(mos: number | null): number | null {
  return mos === null ? null : Math.min(BEST_MOS, Math.max(WORST_MOS, mos))
}

/** To a hundredth; finer is beyond the sketch. */
function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 100) / 100
}

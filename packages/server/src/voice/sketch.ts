/**
 * A sketch of many durations that answers percentiles to within one percent of the value and can be merged with others:
 * DDSketch (Masson, Rim and Lee, VLDB 2019). Counts stand in buckets whose bounds grow by a constant factor, from `LEAST`
 * to `MOST`, and one for what is less and told as 0. So there are at most some 1,200 buckets, and as many in use as the
 * values need.
 */
export interface Sketch {
  count: number
  sum: number
  /** By bucket. */
  counts: Map<number, number>
}

/** As JSON: the sum, then each bucket with its count. */
export type EncodedSketch = number[]

const ACCURACY = 0.01
const GROWTH = (1 + ACCURACY) / (1 - ACCURACY)
const LOG_GROWTH = Math.log(GROWTH)
/** Milliseconds: ten microseconds to the longest deadline that can be set. */
const LEAST = 0.01
const MOST = 600_000
const LOWEST = bucketOf(LEAST)
const HIGHEST = bucketOf(MOST)
/** The bucket of what is below `LEAST`. */
const ZERO = LOWEST - 1

export function emptySketch(): Sketch {
  return { count: 0, sum: 0, counts: new Map() }
}

/** Takes any number; what is out of range counts at its end: as 0, or as `MOST`. */
export function record(sketch: Sketch, value: number): void {
  const within = value >= LEAST ? Math.min(value, MOST) : 0
  add(sketch, within === 0 ? ZERO : bucketOf(within), 1)
  sketch.sum += within
}

export function merge(into: Sketch, from: Sketch): void {
  for (const [bucket, count] of from.counts) add(into, bucket, count)
  into.sum += from.sum
}

/** The value that `percent` of all are not above; null of nothing. */
export function percentile({ count, counts }: Sketch, percent: number): number | null {
  if (count === 0) return null
  const rank = Math.max(1, Math.ceil((percent / 100) * count))
  let seen = 0
  let found = HIGHEST
  for (const bucket of [...counts.keys()].sort((a, b) => a - b)) {
    seen += counts.get(bucket) ?? 0
    found = bucket
    if (seen >= rank) break
  }
  return found === ZERO ? 0 : Math.min(MOST, (2 * GROWTH ** found) / (GROWTH + 1))
}

export function mean({ count, sum }: Sketch): number | null {
  return count === 0 ? null : sum / count
}

export function encodeSketch({ sum, counts }: Sketch): EncodedSketch {
  return [Math.round(sum * 100) / 100, ...[...counts].flat()]
}

/** Undefined of anything that is no sketch of ours. */
export function decodeSketch(encoded: unknown): Sketch | undefined {
  if (!Array.isArray(encoded) || encoded.length % 2 !== 1 || !encoded.every(Number.isFinite)) return undefined
  const sketch = emptySketch()
  sketch.sum = encoded[0]
  for (let i = 1; i < encoded.length; i += 2) {
    const [bucket, count] = [encoded[i], encoded[i + 1]]
    if (!(bucket >= ZERO && bucket <= HIGHEST && Number.isInteger(bucket) && count > 0)) return undefined
    add(sketch, bucket, count)
  }
  return sketch
}

function add(sketch: Sketch, bucket: number, count: number): void {
  sketch.counts.set(bucket, (sketch.counts.get(bucket) ?? 0) + count)
  sketch.count += count
}

function bucketOf(value: number): number {
  return Math.ceil(Math.log(value) / LOG_GROWTH)
}

/** Chance that can be repeated: the same seed gives the same choices in the same order. */
export interface Chance {
  /** From 0, below 1. */
  number(): number
  /** A whole number from 0, below `n`. */
  below(n: number): number
  /** Whether something of this probability happens. */
  often(probability: number): boolean
  pick<T>(values: readonly T[]): T
  /** So many values of a generator, at most `most`. */
  some<T>(most: number, make: () => T): T[]
  bytes(length: number): Buffer
}

/** Case `index` of a run with this seed; each stands alone, so that one can be tried again without the others. */
export function chanceOf(seed: number, index: number): Chance {
  const number = mulberry32(Math.imul(seed ^ 0x9e37_79b9, 0x85eb_ca6b) ^ Math.imul(index + 1, 0xc2b2_ae35))
  const below = (n: number) => Math.floor(number() * n)
  return {
    number,
    below,
    often: probability => number() < probability,
    pick: values => values[below(values.length)] as (typeof values)[number],
    some: (most, make) => Array.from({ length: below(most + 1) }, make),
    bytes: length => Buffer.from(Array.from({ length }, () => below(256))),
  }
}

/** Tommy Ettinger's small generator: good enough to vary requests. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b_79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

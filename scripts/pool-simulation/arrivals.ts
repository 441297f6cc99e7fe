/** A request at a moment of simulated time. */
export interface Arrival {
  /** Seconds from the start. */
  at: number
  /** Which kind of secret it wants. */
  kind: string
  shared: boolean
}

/** Random numbers from 0 to 1 that are the same in every run (mulberry32, public domain). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Poisson arrivals between two moments, seconds, at a rate that may change; thinned from the highest rate. */
export function poisson(
  random: () => number,
  [from, to]: [number, number],
  highest: number,
  make: (at: number) => Omit<Arrival, 'at'>,
  rate: (at: number) => number = () => highest,
): Arrival[] {
  const arrivals: Arrival[] = []
  const gap = () => -Math.log(1 - random()) / highest
  for (let at = from + gap(); at < to; at += gap())
    if (random() * highest < rate(at)) arrivals.push({ at, ...make(at) })
  return arrivals
}

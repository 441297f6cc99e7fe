/** A piece of audio as it arrived. */
export interface Arrival {
  /** Monotonic milliseconds. */
  at: number
  /** Seconds of audio in it. */
  seconds: number
}

/** How a reply came over the wire. */
export interface Delivery {
  /** Milliseconds from the request to the first audio. */
  firstAudioMs: number
  /** Seconds of audio for each second that it took to arrive; null where all came at once. */
  realtimeFactor: number | null
  /** Milliseconds that a player would have stood still, had it begun with the first audio and kept no buffer. */
  stalledMs: number
}

/** Less than this is one burst, whose pace says nothing. */
const LEAST_MS = 20

/** Null where nothing came. What came in the last piece was not waited for, so the factor leaves the first one out. */
export function delivery(askedAt: number, arrivals: readonly Arrival[]): Delivery | null {
  const [first, ...rest] = arrivals
  if (!first) return null
  const tookMs = (rest.at(-1)?.at ?? first.at) - first.at
  const later = rest.reduce((sum, { seconds }) => sum + seconds, 0)
  return {
    firstAudioMs: first.at - askedAt,
    realtimeFactor: tookMs < LEAST_MS ? null : (later * 1000) / tookMs,
    stalledMs: stalled(first, rest),
  }
}

/** Plays along: whenever the next piece comes after the end of what has come, the player waits. */
function stalled(first: Arrival, rest: readonly Arrival[]): number {
  let playedUntil = first.at + first.seconds * 1000
  let waited = 0
  for (const { at, seconds } of rest) {
    waited += Math.max(0, at - playedUntil)
    playedUntil = Math.max(playedUntil, at) + seconds * 1000
  }
  return waited
}

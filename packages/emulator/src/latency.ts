/** How long things take beyond what they cost here, in milliseconds. */
export type Latencies = {
  /** A mint. */
  mint: number
  /** The answer to an SDP offer. */
  call: number
  /** From the end of a turn to the first sound or word of the reply. */
  reply: number
}

const MAX_LATENCY_MS = 3_600_000

/** @throws RangeError unless `ms` is a number of milliseconds from 0 to an hour. */
export const changeLatency = (latency: Latencies, of: keyof Latencies, ms: number) => {
  if (!(ms >= 0 && ms <= MAX_LATENCY_MS)) {
    throw new RangeError(`latency must be a number of milliseconds from 0 to ${MAX_LATENCY_MS}`)
  }
  latency[of] = ms
}

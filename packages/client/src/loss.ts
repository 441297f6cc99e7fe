import type { CallStats } from './stats.ts'

/** Enough packets to judge by: two seconds of speech. */
const ENOUGH = 100
/** Above this share Opus can no longer hide what is missing. */
const TOO_MUCH = 0.05

/** Takes the statistics as they come, and tells once when too much of the voice gets lost. */
export function createLossWatch(tell: () => void): (stats: CallStats) => void {
  let [lostBefore, receivedBefore] = [0, 0]
  let told = false
  return ({ packets_lost, packets_received }) => {
    const lost = packets_lost - lostBefore
    const all = lost + packets_received - receivedBefore
    if (told || all < ENOUGH) return
    ;[lostBefore, receivedBefore] = [packets_lost, packets_received]
    told = lost / all > TOO_MUCH
    if (told) tell()
  }
}

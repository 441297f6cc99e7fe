/** How well Parker's voice arrived, over the whole call. */
export interface Quality {
  /** Share of packets that never came, 0 to 1. */
  loss: number
  /** Milliseconds. */
  jitter_ms: number
  /** Round trip, milliseconds; null where the browser does not tell. */
  rtt_ms: number | null
  /** Share of samples that were made up to hide gaps, 0 to 1; gaps while nobody spoke do not count. */
  concealment: number
}

/** Reads WebRTC's own account (webrtc-stats, `inbound-rtp` and `candidate-pair`). Undefined before any voice came. */
export async function readQuality(peer: RTCPeerConnection): Promise<Quality | undefined> {
  const all = [...(await peer.getStats()).values()]
  const inbound = all.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'audio')
  if (!inbound) return undefined
  const pair = all.find(({ type, nominated, state }) => type === 'candidate-pair' && nominated && state === 'succeeded')
  const { packetsLost = 0, packetsReceived = 0, jitter = 0 } = inbound
  const { concealedSamples = 0, silentConcealedSamples = 0, totalSamplesReceived = 0 } = inbound
  return {
    loss: share(packetsLost, packetsLost + packetsReceived),
    jitter_ms: jitter * 1000,
    rtt_ms: pair?.currentRoundTripTime === undefined ? null : pair.currentRoundTripTime * 1000,
    concealment: share(concealedSamples - silentConcealedSamples, totalSamplesReceived),
  }
}

/** Counters may be negative for a moment (RFC 3550 counts duplicates as received). */
function share(part: number, whole: number): number {
  return whole > 0 ? Math.max(0, part) / whole : 0
}

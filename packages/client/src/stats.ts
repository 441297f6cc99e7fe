/** How Parker's voice arrived, over the whole call. Absent is what the browser does not tell. */
export interface CallStats {
  packets_received: number
  packets_lost: number
  jitter_ms: number
  /** Round trip, the mean of the call. */
  rtt_ms?: number
  /** Mean time that sound waited in the browser to even out the network. */
  jitter_buffer_ms?: number
  /** Share of samples that were made up to hide gaps, 0 to 1; gaps in silence do not count. */
  concealed_share: number
}

/** Reads WebRTC's own account (webrtc-stats: `inbound-rtp`, `candidate-pair`). Undefined before there is any. */
export async function readStats(peer: RTCPeerConnection): Promise<CallStats | undefined> {
  const all = [...(await peer.getStats()).values()]
  const inbound = all.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'audio')
  if (!inbound) return undefined
  const pair = all.find(({ type, nominated }) => type === 'candidate-pair' && nominated)
  const rtt = pair && mean(pair.totalRoundTripTime, pair.responsesReceived)
  const buffered = mean(inbound.jitterBufferDelay, inbound.jitterBufferEmittedCount)
  const concealed = (inbound.concealedSamples ?? 0) - (inbound.silentConcealedSamples ?? 0)
  return {
    packets_received: inbound.packetsReceived ?? 0,
    // May be negative: duplicates count as received (RFC 3550).
    packets_lost: Math.max(0, inbound.packetsLost ?? 0),
    jitter_ms: (inbound.jitter ?? 0) * 1000,
    ...(rtt !== undefined && { rtt_ms: rtt * 1000 }),
    ...(buffered !== undefined && { jitter_buffer_ms: buffered * 1000 }),
    concealed_share: Math.max(0, mean(concealed, inbound.totalSamplesReceived) ?? 0),
  }
}

function mean(sum = 0, count = 0): number | undefined {
  return count > 0 ? sum / count : undefined
}

/** How a call was ended, as its client saw it. */
export const ENDINGS = [
  'hung_up',
  'page_closed',
  'remote_closed',
  'connection_lost',
  'never_connected',
  'error',
] as const

/** What a client tells of one call when it is over; already validated. Whatever the client does not know is absent. */
export interface CallReport {
  /** From WebRTC's `inbound-rtp` and `remote-inbound-rtp` or `candidate-pair` statistics, over the whole call. */
  stats?: CallStats
  times?: CallTimes
  /** From connected to the end. */
  duration_seconds?: number
  ended?: (typeof ENDINGS)[number]
  /** 1 to 5, the best. */
  rating?: number
  /** What the user wrote. Confidential: in memory only. */
  comment?: string
}

export interface CallStats {
  packets_received?: number
  packets_lost?: number
  jitter_ms?: number
  rtt_ms?: number
  /** Mean time in the jitter buffer: `jitterBufferDelay / jitterBufferEmittedCount`. */
  jitter_buffer_ms?: number
  /** 0 to 1: concealed samples, silent ones left out, of all samples. */
  concealed_share?: number
}

export interface CallTimes {
  /** From the user's click to the open connection. */
  click_to_connected_ms?: number
  /** From there to the first sound of Parker. */
  connected_to_first_audio_ms?: number
  /** For each turn, from the end of the user's speech to the first sound of the answer. */
  turn_gaps_ms?: number[]
}

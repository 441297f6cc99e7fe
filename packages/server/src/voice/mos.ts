import type { CallStats } from './report.ts'

/**
 * The E-model's rating of a connection with nothing wrong but what every one has: 93.2 of 100 (ITU-T G.107 (06/2015),
 * default values of table 2).
 */
const BEST_RATING = 93.2

/** The score of the worst connection. */
export const WORST_MOS = 1

/** Opus waits for a frame of 20 ms and looks 6.5 ms ahead (RFC 6716, section 2.1.4 and its defaults). */
const CODEC_DELAY_MS = 26.5

/**
 * Where no one measured it, a jitter buffer is taken to hold twice the jitter; a rule of thumb, no standard.
 */
const BUFFER_PER_JITTER = 2

/**
 * How well the codec bears random loss, and what it costs without any. The ITU has published neither for Opus on this
 * scale: these are those of G.711 with concealment (G.113 appendix I), which is concealed much as Opus is.
 */
const OPUS = { impairment: 0, robustness: 25.1 }

/**
 * The mean opinion score, 1 (bad) to 4.41, that the E-model (ITU-T G.107) expects people to give the sound that came in,
 * from loss, delay and jitter; undefined where a report tells of neither loss nor delay.
 *
 * An estimate with limits, to compare calls by and not to judge one: it is on the scale of narrow-band telephony, where
 * no call is above 4.41, although Opus sounds better than a telephone; Opus's own figures are borrowed (see `OPUS`); loss is
 * taken to be random; echo, noise and the voice itself do not count, and neither does how long the model thinks. Loss is
 * what had to be concealed where that is known, since repaired and late packets are in it; else the packets lost.
 */
export function estimateMos(stats: CallStats): number | undefined {
  const lost = lossOf(stats)
  const delay = delayOf(stats)
  if (lost === undefined && delay === undefined) return undefined
  return mosOfRating(BEST_RATING - delayImpairment(delay ?? 0) - lossImpairment(lost ?? 0))
}

/** 0 to 1. */
function lossOf({ concealed_share: concealed, packets_lost: lost, packets_received: received }: CallStats) {
  if (concealed !== undefined) return concealed
  if (lost === undefined || received === undefined || lost + received === 0) return undefined
  return lost / (lost + received)
}

/** From mouth to ear, milliseconds. */
function delayOf({ rtt_ms: rtt, jitter_buffer_ms: buffer, jitter_ms: jitter }: CallStats): number | undefined {
  if (rtt === undefined && buffer === undefined && jitter === undefined) return undefined
  return (rtt ?? 0) / 2 + (buffer ?? BUFFER_PER_JITTER * (jitter ?? 0)) + CODEC_DELAY_MS
}

/** `Idd` of G.107, 7.4, for ordinary users (sT = 1, mT = 100 ms); browsers cancel echo, so its terms are left out. */
export function delayImpairment(delayMs: number): number {
  if (delayMs <= 100) return 0
  const x = Math.log2(delayMs / 100)
  return 25 * ((1 + x ** 6) ** (1 / 6) - 3 * (1 + (x / 3) ** 6) ** (1 / 6) + 2)
}

/** `Ie,eff` of G.107, 7.5, for random loss (BurstR = 1); `share` is 0 to 1. */
export function lossImpairment(share: number): number {
  const percent = share * 100
  return OPUS.impairment + (95 - OPUS.impairment) * (percent / (percent + OPUS.robustness))
}

/** G.107, annex B. Its curve dips below the worst score for ratings under 6.5; none is told that lies there. */
export function mosOfRating(rating: number): number {
  if (rating <= 0) return WORST_MOS
  if (rating >= 100) return 4.5
  return Math.max(WORST_MOS, 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6)
}

/** The score of a connection with nothing wrong. */
export const BEST_MOS = mosOfRating(BEST_RATING)

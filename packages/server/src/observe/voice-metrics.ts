import { Counter, Histogram, type Registry } from 'prom-client'
import { hotHistogram } from './hot-metrics.ts'

/** What people wait for, in seconds: from hardly noticed to given up. */
const WAITS = [0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10]
/** Mean opinion scores: the steps of ITU-T G.107 annex B from "nearly all dissatisfied" to "very satisfied". */
const SCORES = [2.58, 3.1, 3.6, 4.03, 4.34]

/** The metrics of calls, from their reports. */
export function voiceMetrics(registers: Registry[]) {
  const seconds = (name: string, help: string) =>
    hotHistogram({ name, help, labelNames: ['model', 'voice', 'difficulty'], buckets: WAITS, registers })
  return {
    mintSeconds: seconds('parker_token_mint_duration_seconds', 'Time at OpenAI of token requests that were not warm.'),
    reports: new Counter({
      name: 'parker_voice_reports_total',
      help: 'Reports on calls.',
      labelNames: ['model', 'voice', 'difficulty', 'mode', 'ended'],
      registers,
    }),
    connectSeconds: seconds('parker_voice_connect_duration_seconds', 'From click to connected, as reported.'),
    firstAudioSeconds: seconds('parker_voice_first_audio_seconds', 'From connected to the first sound, as reported.'),
    turnGapSeconds: seconds('parker_voice_turn_gap_seconds', "From the end of the user's speech to the answer."),
    mos: new Histogram({
      name: 'parker_voice_mos',
      help: 'Mean opinion score by the E-model (ITU-T G.107), estimated from reports.',
      labelNames: ['model', 'voice', 'difficulty'],
      buckets: SCORES,
      registers,
    }),
    ratings: new Counter({
      name: 'parker_voice_ratings_total',
      help: "Users' ratings, 1 to 5.",
      labelNames: ['model', 'voice', 'difficulty', 'rating'],
      registers,
    }),
  }
}

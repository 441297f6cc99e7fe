import { LONGEST_SESSION_SECONDS } from '../catalogue/openai-limits.ts'
import { type CallReport, type CallStats, type CallTimes, ENDINGS } from '../voice/report.ts'
import { list, names, number, type Schema } from './json-schema.ts'

/** Numbers that JSON can spell and no call can have (1e999 is read as infinity) end at the maximum. */
const amount = (maximum: number, description: string): Schema => ({ ...number(description), minimum: 0, maximum })
const count = (maximum: number, description: string): Schema => ({ ...amount(maximum, description), type: 'integer' })

/** A minute: nothing on a call that still works takes longer. */
const MINUTE_MS = 60_000
/** Ten minutes: a user may take a while to allow the microphone. */
const LONG_MS = 600_000
/** Beyond any session; more is nonsense. */
const MOST_SECONDS = 2 * LONGEST_SESSION_SECONDS
const MOST_TURNS = 500

const some = (description: string, properties: Record<string, Schema>): Schema => ({
  type: 'object',
  description,
  properties,
  additionalProperties: false,
})

const stats: Record<keyof CallStats, Schema> = {
  packets_received: count(1e9, 'Of the audio that came: `packetsReceived`.'),
  packets_lost: count(1e9, '`packetsLost`; a negative one is 0.'),
  jitter_ms: amount(MINUTE_MS, '`jitter`, in milliseconds.'),
  rtt_ms: amount(MINUTE_MS, 'Round trip: `currentRoundTripTime`, in milliseconds; the mean of the call.'),
  jitter_buffer_ms: amount(MINUTE_MS, '`jitterBufferDelay / jitterBufferEmittedCount`, in milliseconds.'),
  concealed_share: amount(1, '`(concealedSamples - silentConcealedSamples) / totalSamplesReceived`, 0 to 1.'),
}

const times: Record<keyof CallTimes, Schema> = {
  click_to_connected_ms: amount(LONG_MS, "From the user's click to the open connection."),
  connected_to_first_audio_ms: amount(LONG_MS, 'From there to the first sound of Parker.'),
  turn_gaps_ms: {
    ...list(amount(LONG_MS, "From the end of the user's speech to the first sound of the answer.")),
    maxItems: MOST_TURNS,
    description: 'One for each turn.',
  },
}

const report: Record<keyof CallReport, Schema> = {
  stats: some('How the network was, over the whole call.', stats),
  times: some('What the user waited for.', times),
  duration_seconds: amount(MOST_SECONDS, 'From connected to the end.'),
  ended: names(ENDINGS, { description: 'How the call ended, as the client saw it.' }),
  rating: { type: 'integer', minimum: 1, maximum: 5, description: "The user's own; 5 is the best." },
  comment: {
    type: 'string',
    minLength: 1,
    maxLength: 500,
    description: "The user's own words. Kept in memory for those who watch, for a while; never stored or logged.",
  },
}

/** What a client may send: a `CallReport`. Every field is optional, but an empty report says nothing. */
export const callReportSchema: Schema = {
  ...some('How a call was. Leave out what is not known.', report),
  minProperties: 1,
}

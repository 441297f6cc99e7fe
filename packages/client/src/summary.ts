import type { ErrorCode } from './errors.ts'
import { type CallState, isOver } from './state.ts'
import type { CallStats } from './stats.ts'
import type { Timings } from './timings.ts'

/** What the user thought of it. */
export interface Feedback {
  /** 1 to 5, the best. */
  rating?: number
  /** 1 to 500 characters. */
  comment?: string
}

/** How a call ended. */
export type Ending = 'hung_up' | 'page_closed' | 'remote_closed' | 'connection_lost' | 'never_connected' | 'error'

/** How a call went. Absent is what is not known. */
export interface Summary {
  stats?: CallStats
  times: Pick<Timings, 'click_to_connected_ms' | 'connected_to_first_audio_ms' | 'turn_gaps_ms'>
  /** From connected to now, or to the end. */
  duration_seconds?: number
  ended?: Ending
}

/** What is posted to `/v1/voice/reports`. */
export type CallReport = Summary & Feedback

const ENDINGS: { readonly [Code in ErrorCode]?: Ending } = {
  'session-ended': 'remote_closed',
  'call-lost': 'connection_lost',
  offline: 'connection_lost',
}

/** The parts of a summary put together. */
export function summarize(state: CallState, timings: Timings, seconds?: number, stats?: CallStats): Summary {
  const { token_ms: _token, microphone_ms: _microphone, ...times } = timings
  return {
    ...(stats && { stats }),
    times,
    ...(seconds !== undefined && { duration_seconds: seconds }),
    ...(isOver(state) && { ended: seconds === undefined ? 'never_connected' : endingOf(state) }),
  }
}

function endingOf(state: CallState): Ending {
  if (state.name === 'ended') return state.reason === 'page-left' ? 'page_closed' : 'hung_up'
  return (state.name === 'failed' && ENDINGS[state.error.code]) || 'error'
}

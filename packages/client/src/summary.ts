import type { Quality } from './stats.ts'
import type { Timings } from './timings.ts'

/** What the user thought of it. */
export interface Feedback {
  /** 1 to 5. */
  rating?: number
  /** At most 500 characters. */
  comment?: string
}

/** How a call went. Quality is missing where no voice came. */
export type Summary = Timings & Partial<Quality>

/** What is posted to `/v1/voice/reports`. */
export type SessionReport = Summary & Feedback

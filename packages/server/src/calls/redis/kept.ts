import { LONGEST_SESSION_SECONDS } from '../../catalogue/openai-limits.ts'

/*
 * What is kept in Redis. Its scripts are single steps, and times are its own, in milliseconds. Keys:
 * `parker:ticket:<sha256>` a ticket · `parker:session:<window>:<name>` a session · `parker:tickets:<window>` how much was kept in
 * this span of a ticket's life · `parker:call:<id>` a call and then its receipt · `parker:calls` ids by their beginning
 * in microseconds · `parker:calls:live` ids by the end of their watcher's lease · `parker:slots[:<client>]` tickets of calls
 * placed or under way, by when they lapse · `parker:usd:<day>[:<client>]` spending · `parker:booked:<id>` names of what a
 * call was billed for · `parker:instances` by lease.
 */

/** Calls in Redis are kept for longer than they can last, milliseconds. */
export const CALL_KEPT_MS = 2 * LONGEST_SESSION_SECONDS * 1000

/** What the settings say on times. */
export interface CallTimes {
  /** How long a ticket can be spent, milliseconds. */
  ticketMs: number
  /** The longest that the placing of a call takes, milliseconds. */
  placingMs: number
  /** How long receipts are kept, milliseconds. */
  historyMs: number
}

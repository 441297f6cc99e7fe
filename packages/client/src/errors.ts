/** What can go wrong, and what the user can do about it. */
export const SENTENCES = {
  'microphone-blocked': 'The microphone is blocked. Allow it in the browser’s settings for this page, then try again.',
  'microphone-insecure': 'The microphone works on secure pages only. Open this page with https.',
  'microphone-missing': 'There is no microphone. Connect one, then try again.',
  'microphone-busy': 'The microphone does not start. Close other programs that use it, then try again.',
  'sound-blocked': 'The browser holds Parker’s voice back. Click anywhere on the page to hear it.',
  offline: 'You are offline. Connect to the internet, then try again.',
  'service-unreachable': 'Parker’s service does not answer. Try again in a minute.',
  'service-failed': 'Parker’s service has a problem. Try again; if it keeps happening, tell the people who run it.',
  'origin-refused': 'This page may not talk to Parker. Use Parker from a site that its operator allows.',
  unauthenticated: 'You are not signed in. Sign in, then try again.',
  'bad-request': 'This choice is not offered. Choose something else.',
  'rate-limited': 'Too many tries. Wait a moment, then try again.',
  budget: 'The budget for talking is used up. Try again tomorrow.',
  'too-many-calls': 'Another conversation of yours is still open. End it, then try again.',
  overloaded: 'Parker is very busy. Wait a moment, then try again.',
  'token-invalid': 'The ticket for this conversation is no longer good. Try again to get a new one.',
  'openai-refused': 'OpenAI refused this. Choose other settings, then try again.',
  'openai-unreachable': 'OpenAI does not answer as it should. Try again; if it keeps happening, check your firewall.',
  'udp-blocked': 'Your network does not let voice through (UDP). Try another network, or ask its administrator.',
  'channel-stalled': 'The connection to Parker is stuck. Start again.',
  'no-answer': 'Parker did not answer. Say it again.',
  'no-sound': 'Parker talks, but no sound arrives. Say it again, or start again.',
  'poor-connection': 'Your connection loses too much of Parker’s voice. Move closer to your router, or use a cable.',
  'response-failed': 'Parker could not finish the answer. Say it again.',
  'call-lost': 'The connection was lost. Check your network, then start again.',
  'session-ended': 'The other side ended the conversation. Start a new one.',
  'hung-up': 'The conversation has ended. Start a new one.',
} as const

/** Names what went wrong. */
export type ErrorCode = keyof typeof SENTENCES

/** More about an error, where it is known. */
export interface ErrorFacts {
  /** Seconds to wait before another try, counted from when the error came. */
  retryAfter?: number | undefined
  /** What the other side said, for logs and developers. */
  detail?: string | undefined
  /** HTTP status. */
  status?: number | undefined
  /** `X-Request-ID`: the operator finds the request by it. */
  requestId?: string | undefined
  cause?: unknown
}

/** Every failure of a call. `message` is for the user: what is wrong and what to do. */
export class ParkerError extends Error {
  override readonly name = 'ParkerError'
  declare readonly code: ErrorCode
  /** Seconds to wait before another try. */
  declare readonly retryAfter: number | undefined
  /** The same as a `performance.now()` time, for a countdown that no wrong clock disturbs. */
  declare readonly retryAt: number | undefined
  declare readonly detail: string | undefined
  declare readonly status: number | undefined
  declare readonly requestId: string | undefined

  constructor(code: ErrorCode, facts: ErrorFacts = {}) {
    super(SENTENCES[code])
    const { retryAfter } = facts
    const retryAt = retryAfter === undefined ? undefined : performance.now() + retryAfter * 1000
    Object.assign(this, facts, { code, retryAt })
  }
}

/** What was thrown as a ParkerError; anything else becomes one with this code. */
export function asParkerError(thrown: unknown, code: ErrorCode): ParkerError {
  return thrown instanceof ParkerError ? thrown : new ParkerError(code, { detail: String(thrown), cause: thrown })
}

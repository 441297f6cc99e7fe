import type { PageContext } from './context.ts'
import type { Emitter } from './emitter.ts'
import type { ParkerError } from './errors.ts'
import type { Levels } from './levels.ts'
import type { CallState } from './state.ts'
import type { Feedback, Summary } from './summary.ts'
import type { Timings } from './timings.ts'
import type { TranscriptLine } from './transcript.ts'
import type { ServerEvent, TokenRequest } from './wire.ts'

/** What a call shall be. */
export interface CallRequest extends TokenRequest {
  /** What is on the page, at most 1,000 characters; told to Parker once connected. */
  context?: PageContext
  /** Let Parker speak first. */
  greet?: boolean
  /** Plays Parker's voice; one that is not on the page by default. */
  audio?: HTMLAudioElement
}

/** What a call tells, by name. */
export interface CallEvents {
  state: CallState
  transcript: TranscriptLine
  /** Some 25 times a second while the call is live. */
  level: Levels
  /** Also those after which the call goes on; a call that failed says so by its state too. */
  error: ParkerError
  /** Every event of the server, as it came. */
  event: ServerEvent
}

/** One attempt to talk with Parker. For another, make another call. */
export interface Call {
  readonly state: CallState
  /** Fills up as the call goes on. */
  readonly timings: Timings
  readonly muted: boolean
  /** Returns how to stop listening. */
  on: Emitter<CallEvents>['on']
  /**
   * Asks for a token and the microphone at the same time. Best when the panel opens, so that a click finds them ready.
   * @throws ParkerError what ended the call; `hung-up` where that was no failure.
   */
  prepare(): Promise<void>
  /**
   * Connects; prepares first where that was not done. Best from a click, which lets the browser play sound.
   * @throws ParkerError likewise.
   */
  connect(): Promise<void>
  mute(on: boolean): void
  /** Stops Parker in mid-sentence. */
  interrupt(): void
  /** A turn in writing. Parker answers aloud. False, and nothing is said, unless the call is live. */
  say(text: string): boolean
  /**
   * Tells Parker what is on the page now, or once connected, without asking for an answer. False where it never will:
   * after the end, or of an empty text in a live call.
   */
  setContext(context: PageContext): boolean
  /** Sends any event that OpenAI knows. False, and nothing is sent, unless the call is live. */
  send(event: ServerEvent): boolean
  hangUp(): void
  /** How it went, so far or in the end. */
  summary(): Promise<Summary>
  /**
   * Reports to the service how the call went; once a call, and again only if that failed. Without it the report goes out
   * a minute after the call, or when the page is left; also of a call that got a token and did not come about. False, and
   * nothing is reported, where there is no token, or a report was made before.
   * @throws ParkerError
   */
  report(feedback?: Feedback): Promise<boolean>
}

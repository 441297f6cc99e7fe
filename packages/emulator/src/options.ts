import type { Latencies } from './latency.ts'
import type { Counts, RecordedRequest } from './ledger.ts'
import type { CallRecord, Hangup } from './realtime/call-book.ts'

export type EmulatorOptions = {
  /** Where to listen: 127.0.0.1 unless told. */
  host?: string
  /** 0, the default, takes any free port. */
  port?: number
  /** The one key to accept; any that begins with `sk-` unless told. */
  apiKey?: string
  /** Serve the removed `POST /v1/realtime/sessions`; with `'string'` its `client_secret` is the bare secret. */
  beta?: boolean | 'string'
  /** How long each mint takes, in milliseconds from 0 (the default) to an hour. */
  latencyMs?: number
  /** How long the answer to an SDP offer takes, likewise. */
  callLatencyMs?: number
  /** How long a reply takes to begin, likewise. */
  replyLatencyMs?: number
  /** A secret opens one session only: false unless told. */
  singleUse?: boolean
  /** How long a session may last, in seconds up to OpenAI's hour, which is the default. */
  sessionSeconds?: number
  /** With false no WebRTC and no voice: offers get an answer that leads nowhere, sound is timed by the clock. */
  media?: boolean
  /** The IPv4 address of this machine that sound is exchanged at: 127.0.0.1 unless told. */
  mediaAddress?: string
  /** What humans say, turn by turn; see `setHeard`. */
  heard?: readonly string[]
  /** Faults to begin with, for instance `mint:status=429,retry-after=2,times=3`. */
  faults?: string
  /** Keep the last 1000 requests for `requests`: true unless told. */
  record?: boolean
  /** Who may use `/_emulator/`: `loopback` unless told. */
  controlFrom?: 'loopback' | 'anywhere'
  /** Milliseconds since the epoch: decides expiry and which models have been shut down. */
  now?: () => number
  /** Takes a line for each request that OpenAI would not know: standard error unless told. */
  log?: (line: string) => void
}

export type Emulator = {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  /** What OpenAI's clients call their base URL: `url` and `/v1`. */
  readonly baseUrl: string
  readonly port: number
  /** Replaces the faults. @throws FaultSyntaxError that lists the vocabulary. */
  setFaults(text: string): void
  clearFaults(): void
  /** Changes how long a mint, or what else is named, takes. @throws RangeError outside 0 ms to an hour. */
  setLatency(ms: number, of?: keyof Latencies): void
  /**
   * Changes what humans are taken to say, turn by turn, since nobody here understands speech.
   * @throws RangeError unless it is 1 to 100 phrases of 1 to 500 characters.
   */
  setHeard(phrases: readonly string[]): void
  /** The last 1000 calls, oldest first. */
  readonly calls: readonly CallRecord[]
  /** The last 1000 requests to hang up, oldest first. */
  readonly hangups: readonly Hangup[]
  /** The last 1000 requests under `/v1`, oldest first; keys are masked. */
  readonly requests: readonly RecordedRequest[]
  /** How many requests were answered with what. */
  readonly counts: Counts
  /** How many secrets were made. */
  readonly mints: number
  /** Ends every call, also one that is still being placed, and drops every connection, answered or not. */
  close(): Promise<void>
}

const MAX_SESSION_SECONDS = 3600

/** @throws RangeError unless it is up to OpenAI's hour. */
export const sessionSeconds = (asked = MAX_SESSION_SECONDS) => {
  if (asked > 0 && asked <= MAX_SESSION_SECONDS) return asked
  throw new RangeError(`a session lasts more than 0 and up to ${MAX_SESSION_SECONDS} seconds`)
}

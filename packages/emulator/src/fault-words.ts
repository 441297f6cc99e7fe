import type { ApiError } from './errors.ts'
import { audioFaults } from './media/types.ts'

/** How an answer to a request goes wrong; fault-plays.ts acts each of them out. */
export const answerKinds = [
  'status',
  'redirect',
  'stall',
  'reset',
  'cut',
  'slow-body',
  'endless',
  'huge',
  'garbage',
  'empty',
  'wrong-types',
  'no-value',
  'no-expiry',
  'no-session',
  'nested',
  'expired',
] as const

/** How a call goes wrong after it was answered. */
export const callKinds = ['ice-failure', 'stalled-channel'] as const

/** How a sideband goes wrong; status, stall and reset strike it before it is joined. */
const sidebandKinds = ['drop'] as const

/** How a reply goes wrong. */
const replyKinds = ['failed', 'no-answer', ...audioFaults] as const

export const faultKinds = [...answerKinds, ...callKinds, ...sidebandKinds, ...replyKinds] as const

export type AnswerKind = (typeof answerKinds)[number]
export type FaultKind = (typeof faultKinds)[number]

/** What answers a request over HTTP, and so what `*` stands for. */
export const requestTargets = ['mint', 'models', 'call', 'hangup'] as const

export type RequestTarget = (typeof requestTargets)[number]

/** What one fault can be aimed at, `*` apart, and which kinds make sense there. */
export const targetKinds = {
  mint: answerKinds,
  models: answerKinds,
  call: [...answerKinds, ...callKinds],
  hangup: answerKinds,
  sideband: ['status', 'stall', 'reset', ...sidebandKinds],
  reply: replyKinds,
  '*': answerKinds,
} as const satisfies Readonly<Record<string, readonly FaultKind[]>>

/**
 * Minting (both forms), the model list, a call, its hang-up, a sideband that joins it, a response, or every request
 * under `/v1`.
 */
export type Target = keyof typeof targetKinds

/** One rule of a fault text. */
export type Fault = {
  target: Target
  /** The rule as it was written. */
  text: string
  /** Absent when the rule only delays. */
  kind?: FaultKind
  /** The error to answer, for `status`. */
  error?: ApiError
  /** Extra headers, for `status` and `redirect`. */
  headers: Record<string, string>
  /** Milliseconds before each byte, for `slow-body`. */
  byteMs: number
  /** Milliseconds before anything happens. */
  delayMs: number
  /** How many requests it strikes before it is spent. */
  times: number
  /** It strikes every n-th request it is aimed at. */
  every: number
  /** The probability, 0..1, that it strikes. */
  chance: number
}

/** One line a word: also the `--help` and the error messages. */
export const faultWords: Readonly<Record<string, string>> = {
  'status=N': "answer this status (400..599) with OpenAI's error body",
  'code=C': 'with status: which of its error bodies',
  'retry-after=S': 'with status: header, in seconds',
  'retry-after-ms=MS': 'with status: header, in milliseconds',
  'x-should-retry=true|false': 'with status: header',
  'redirect=URL': 'answer 307 with this location',
  stall: 'accept the request and never answer',
  reset: 'reset the connection',
  cut: 'send half the body, then drop the connection',
  'slow-body[=MS]': 'send the body one byte each MS milliseconds (100)',
  endless: 'send a body that never ends',
  huge: 'send a true answer blown up to 2 MiB by white space',
  garbage: 'send 200 with a body that is not JSON',
  empty: 'send 200 with an empty body',
  'wrong-types': 'send value as a number and expires_at as a string',
  'no-value': 'leave out the secret',
  'no-expiry': 'leave out expires_at',
  'no-session': 'leave out the session',
  nested: 'put the secret where the beta had it: client_secret.value',
  expired: 'let expires_at lie a minute in the past',
  'ice-failure': 'call: answer the offer, then never connect',
  'stalled-channel': 'call: connect, but let no event through',
  drop: 'sideband: cut the connection, with delay=MS so long after it was joined',
  failed: 'reply: end it with status failed',
  'no-answer': 'reply: begin it and never go on',
  silence: 'reply: as long as it should be, without a sound',
  clipping: 'reply: far too loud',
  gaps: 'reply: with holes of silence in it',
  'wrong-words': 'reply: say something else',
  noise: 'reply: with noise under it',
  'lost-packets': 'reply: lose a tenth of it on the way (WebRTC)',
  late: 'reply: begin it with 2.5 s of silence; with delay=MS instead it starts later',
  'delay=MS': 'wait first; alone or with any of the above',
  'times=N': 'strike N times, then be healthy again',
  'every=N': 'strike every N-th request',
  'chance=P': 'strike with probability P (0..1)',
}

/** The whole vocabulary, one word a line. */
export const faultHelp = [
  `rule: TARGET:WORD,WORD…   targets: ${Object.keys(targetKinds).join(' ')}   rules are separated by spaces`,
  ...Object.entries(faultWords).map(([word, meaning]) => `  ${word.padEnd(26)}${meaning}`),
].join('\n')

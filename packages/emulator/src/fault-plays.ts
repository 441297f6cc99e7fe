import type { ServerResponse } from 'node:http'
import type { AnswerKind, Fault } from './fault-words.ts'
import { type Answer, errorAnswer, type Outcome, send, sendHead } from './http.ts'

type Body = Record<string, unknown>
type Edit = { value?: unknown; expires_at?: unknown }

type Replace = (response: ServerResponse, fault: Fault) => Outcome
type Alter = (response: ServerResponse, fault: Fault, answer: Answer) => Outcome

const HUGE_BYTES = 2 * 1024 * 1024
const ENDLESS_CHUNK = ' '.repeat(16 * 1024)
const ENDLESS_EVERY_MS = 10

const sent = (response: ServerResponse, answer: Answer): Outcome => {
  send(response, answer)
  return answer.status
}

const instead =
  (answer: (fault: Fault) => Answer): Replace =>
  (response, fault) =>
    sent(response, answer(fault))

const fixed = (body: string) => instead(() => ({ status: 200, body }))

/** An error that OpenAI would have answered stays as it is. */
const altered =
  (alter: (body: string) => string): Alter =>
  (response, _fault, answer) =>
    sent(response, answer.status === 200 ? { ...answer, body: alter(answer.body) } : answer)

/** A hang-up is answered with nothing, which has no fields. */
const reshaped = (reshape: (body: Body) => Body) =>
  altered(body => (body === '' ? body : JSON.stringify(reshape(JSON.parse(body) as Body))))

/** Finds the secret in each of the three forms that an answer can have. An undefined field vanishes from the JSON. */
const editSecret = (body: Body, edit: Edit): Body => {
  const { client_secret: holder } = body
  if (holder === undefined) return { ...body, ...edit }
  if (typeof holder === 'object') return { ...body, client_secret: { ...holder, ...edit } }
  const { value, ...rest } = edit
  return { ...body, ...rest, client_secret: 'value' in edit ? value : holder }
}

const edited = (edit: () => Edit) => reshaped(body => editSecret(body, edit()))

const repeat = (response: ServerResponse, everyMs: number, step: () => void) => {
  const timer = setInterval(step, everyMs)
  response.once('close', () => clearInterval(timer))
}

const drip: Alter = (response, { byteMs }, answer) => {
  const bytes = Buffer.from(answer.body)
  let next = 0
  sendHead(response, answer, bytes.length)
  response.flushHeaders()
  repeat(response, byteMs, () => {
    // The timer may fire once more between the end and the close.
    if (response.writableEnded) return
    response.write(bytes.subarray(next, next + 1))
    next += 1
    if (next >= bytes.length) response.end()
  })
  return answer.status
}

const cut: Alter = (response, _fault, answer) => {
  const bytes = Buffer.from(answer.body)
  sendHead(response, answer, bytes.length)
  // The half must have left before the connection is torn down, or the client sees a mere reset.
  response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy())
  return answer.status
}

const endless: Replace = response => {
  sendHead(response, { status: 200, body: '' })
  response.write('{"value":"')
  repeat(response, ENDLESS_EVERY_MS, () => {
    if (!response.writableNeedDrain) response.write(ENDLESS_CHUNK)
  })
  return 200
}

const reset: Replace = response => {
  response.socket?.resetAndDestroy()
  return 'none'
}

/** Played in place of the true answer, which is then not worked out: nothing is minted, no call is placed. */
const replacing = {
  status: instead(({ error, headers }) => ({ ...(error ? errorAnswer(error) : { status: 500, body: '' }), headers })),
  redirect: instead(({ headers }) => ({ status: 307, headers, body: '' })),
  stall: () => 'none',
  reset,
  endless,
  garbage: fixed('<html><body>It works!</body></html>'),
  empty: fixed(''),
} satisfies Partial<Record<AnswerKind, Replace>>

type ReplacingKind = keyof typeof replacing
type AlteringKind = Exclude<AnswerKind, ReplacingKind>

/** Played upon the true answer. */
const altering: Readonly<Record<AlteringKind, Alter>> = {
  cut,
  'slow-body': drip,
  huge: altered(body => body.padEnd(HUGE_BYTES)),
  'wrong-types': edited(() => ({ value: 42, expires_at: 'soon' })),
  'no-value': edited(() => ({ value: undefined })),
  'no-expiry': edited(() => ({ expires_at: undefined })),
  'no-session': reshaped(({ session: _session, ...rest }) => rest),
  nested: reshaped(({ value, expires_at, ...rest }) => ({ ...rest, client_secret: { value, expires_at } })),
  expired: edited(() => ({ expires_at: Math.floor(Date.now() / 1000) - 60 })),
}

type Of<K> = Fault & { kind: K }

const altersAnswer = (fault: Fault | undefined): fault is Of<AlteringKind> => Object.hasOwn(altering, fault?.kind ?? '')

export const hidesAnswer = (fault: Fault | undefined): fault is Of<ReplacingKind> =>
  Object.hasOwn(replacing, fault?.kind ?? '')

/** Plays a fault that hides the answer. */
export const playInstead = (response: ServerResponse, fault: Of<ReplacingKind>): Outcome =>
  replacing[fault.kind](response, fault)

/** Answers a request, with the fault that struck it if one did. */
export const playAnswer = (response: ServerResponse, fault: Fault | undefined, answer: Answer): Outcome =>
  altersAnswer(fault) ? altering[fault.kind](response, fault, answer) : sent(response, answer)

import type { ServerResponse } from 'node:http'
import type { AnswerKind, Fault } from './fault-words.ts'
import { type Answer, errorAnswer, send, sendHead } from './http.ts'

/** What was answered: a status, or nothing. */
export type Outcome = number | 'none'

type Body = Record<string, unknown>
type Edit = { value?: unknown; expires_at?: unknown }

/** `real` works out the true answer, and so mints; faults that hide it do not ask. */
type Play = (response: ServerResponse, fault: Fault, real: () => Answer) => Outcome

const HUGE_BYTES = 2 * 1024 * 1024
const ENDLESS_CHUNK = ' '.repeat(16 * 1024)
const ENDLESS_EVERY_MS = 10

const sent = (response: ServerResponse, answer: Answer): Outcome => {
  send(response, answer)
  return answer.status
}

const instead =
  (answer: (fault: Fault) => Answer): Play =>
  (response, fault) =>
    sent(response, answer(fault))

const fixed = (body: string) => instead(() => ({ status: 200, body }))

/** Alters a true answer; an error that OpenAI would have answered stays as it is. */
const altered =
  (alter: (body: string) => string): Play =>
  (response, _fault, real) => {
    const answer = real()
    return sent(response, answer.status === 200 ? { ...answer, body: alter(answer.body) } : answer)
  }

const reshaped = (reshape: (body: Body) => Body) => altered(body => JSON.stringify(reshape(JSON.parse(body) as Body)))

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

const drip: Play = (response, { byteMs }, real) => {
  const answer = real()
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

const cut: Play = (response, _fault, real) => {
  const answer = real()
  const bytes = Buffer.from(answer.body)
  sendHead(response, answer, bytes.length)
  // The half must have left before the connection is torn down, or the client sees a mere reset.
  response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy())
  return answer.status
}

const endless: Play = response => {
  sendHead(response, { status: 200, body: '' })
  response.write('{"value":"')
  repeat(response, ENDLESS_EVERY_MS, () => {
    if (!response.writableNeedDrain) response.write(ENDLESS_CHUNK)
  })
  return 200
}

const reset: Play = response => {
  response.socket?.resetAndDestroy()
  return 'none'
}

const plays: Readonly<Record<AnswerKind, Play>> = {
  status: instead(({ error, headers }) => ({ ...(error ? errorAnswer(error) : { status: 500, body: '' }), headers })),
  redirect: instead(({ headers }) => ({ status: 307, headers, body: '' })),
  stall: () => 'none',
  reset,
  cut,
  'slow-body': drip,
  endless,
  huge: altered(body => body.padEnd(HUGE_BYTES)),
  garbage: fixed('<html><body>It works!</body></html>'),
  empty: fixed(''),
  'wrong-types': edited(() => ({ value: 42, expires_at: 'soon' })),
  'no-value': edited(() => ({ value: undefined })),
  'no-expiry': edited(() => ({ expires_at: undefined })),
  'no-session': reshaped(({ session: _session, ...rest }) => rest),
  nested: reshaped(({ value, expires_at, ...rest }) => ({ ...rest, client_secret: { value, expires_at } })),
  expired: edited(() => ({ expires_at: Math.floor(Date.now() / 1000) - 60 })),
}

const isAnswerKind = (kind: string): kind is AnswerKind => Object.hasOwn(plays, kind)

/** These answer without the true answer, which is then not worked out: nothing is minted, no call is placed. */
const hiding: ReadonlySet<string> = new Set(['status', 'redirect', 'stall', 'reset', 'endless', 'garbage', 'empty'])

export const hidesAnswer = (fault: Fault | undefined) => hiding.has(fault?.kind ?? '')

/** Answers a request, with the fault that struck it if one did. */
export const playAnswer = (response: ServerResponse, fault: Fault | undefined, real: () => Answer): Outcome =>
  fault?.kind && isAnswerKind(fault.kind) ? plays[fault.kind](response, fault, real) : sent(response, real())

import { FaultSyntaxError } from './fault-text.ts'
import { faultHelp } from './fault-words.ts'
import type { Faults } from './faults.ts'
import type { Heard } from './heard.ts'
import { type Answer, type Call, jsonAnswer } from './http.ts'
import { changeLatency, type Latencies } from './latency.ts'
import type { Ledger } from './ledger.ts'
import type { Secrets } from './secrets.ts'

export type ControlParts = {
  faults: Faults
  latency: Latencies
  ledger: Ledger
  secrets: Secrets
  heard: Heard
  calls: readonly { endedAt: number | null }[]
}

const refusal = (status: number, message: string): Answer => ({
  status,
  body: JSON.stringify({ error: { message, type: 'emulator_error', param: null, code: null } }),
})

const state = ({ faults, latency, ledger, secrets, calls }: ControlParts): Answer =>
  jsonAnswer({
    requests: ledger.counts,
    mints: secrets.issued,
    faults: faults.active(),
    latencyMs: latency,
    calls: { open: calls.filter(({ endedAt }) => endedAt === null).length, total: calls.length },
  })

const milliseconds = (body: string) => (body.trim() === '' ? NaN : Number(body))

const controls: Readonly<Record<string, (body: string, parts: ControlParts) => void>> = {
  'GET /_emulator/state': () => {},
  'PUT /_emulator/faults': (body, { faults }) => faults.set(body),
  'DELETE /_emulator/faults': (_body, { faults }) => faults.set(''),
  'PUT /_emulator/latency': (body, { latency }) => changeLatency(latency, 'mint', milliseconds(body)),
  'PUT /_emulator/call-latency': (body, { latency }) => changeLatency(latency, 'call', milliseconds(body)),
  'PUT /_emulator/reply-latency': (body, { latency }) => changeLatency(latency, 'reply', milliseconds(body)),
  'PUT /_emulator/heard': (body, { heard }) => heard.set(body.split('\n').filter(line => line.trim() !== '')),
}

const isLoopback = (address = '') => /^(::1|(::ffff:)?127\..+)$/.test(address)

/**
 * Everything under `/_emulator/`; each change is answered with the state it led to.
 * @param peer the address that asks.
 * @param anywhere whether others than this machine may ask.
 */
export const answerControl = (call: Call, parts: ControlParts, peer: string | undefined, anywhere: boolean): Answer => {
  if (!anywhere && !isLoopback(peer)) return refusal(403, 'The emulator is controlled from its own machine only.')
  const control = controls[`${call.method} ${call.path}`]
  if (!control) return refusal(404, `Known are: ${Object.keys(controls).join(', ')}`)
  try {
    control(call.body, parts)
    return state(parts)
  } catch (error) {
    if (error instanceof FaultSyntaxError || error instanceof RangeError) return refusal(400, error.message)
    throw error
  }
}

/** Told to whoever starts the emulator by hand. */
export const controlHelp = `${Object.keys(controls).join('\n')}\n\n${faultHelp}`

import { FaultSyntaxError, faultHelp } from './fault-words.ts'
import type { Faults } from './faults.ts'
import { type Answer, type Call, jsonAnswer } from './http.ts'
import type { Ledger } from './ledger.ts'
import type { Secrets } from './secrets.ts'

/** The one thing that can be changed while the emulator runs, apart from its faults. */
export type Latency = { ms: number }

export type ControlParts = { faults: Faults; latency: Latency; ledger: Ledger; secrets: Secrets }

const MAX_LATENCY_MS = 3_600_000

const refusal = (status: number, message: string): Answer => ({
  status,
  body: JSON.stringify({ error: { message, type: 'emulator_error', param: null, code: null } }),
})

/** @throws RangeError unless `ms` is a number of milliseconds from 0 to an hour. */
export const changeLatency = (latency: Latency, ms: number) => {
  if (!(ms >= 0 && ms <= MAX_LATENCY_MS)) {
    throw new RangeError(`latency must be a number of milliseconds from 0 to ${MAX_LATENCY_MS}`)
  }
  latency.ms = ms
}

const state = ({ faults, latency, ledger, secrets }: ControlParts): Answer =>
  jsonAnswer({ requests: ledger.counts, mints: secrets.issued, faults: faults.active(), latencyMs: latency.ms })

const controls: Readonly<Record<string, (body: string, parts: ControlParts) => void>> = {
  'GET /_emulator/state': () => {},
  'PUT /_emulator/faults': (body, { faults }) => faults.set(body),
  'DELETE /_emulator/faults': (_body, { faults }) => faults.set(''),
  'PUT /_emulator/latency': (body, { latency }) => changeLatency(latency, body.trim() === '' ? NaN : Number(body)),
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

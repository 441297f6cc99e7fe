#!/usr/bin/env node
import { isIPv4 } from 'node:net'
import { parseArgs } from 'node:util'
import { controlHelp } from './control.ts'
import { type EmulatorOptions, startEmulator } from './emulator.ts'

const usage = `Stands in for OpenAI's Realtime API on this machine.

  npx realtime-emulator [options]

  --port N               port to listen on (8788; 0 takes any free one)
  --host ADDRESS         address to listen on (127.0.0.1)
  --api-key KEY          the one key to accept (any that begins with sk-)
  --latency-ms MS        how long each mint takes (0)
  --call-latency-ms MS   how long the answer to an SDP offer takes (0)
  --reply-latency-ms MS  how long a reply takes to begin (0)
  --single-use           a client secret opens one session only
  --session-seconds S    how long a session may last (3600)
  --heard PHRASE         what humans say into the microphone; give it again for the next turn
  --media-address IP     address of this machine that sound is exchanged at (127.0.0.1)
  --no-media             no WebRTC and no voice: sound is timed by the clock
  --faults TEXT          what goes wrong, see below (or the environment variable EMULATOR_FAULTS)
  --beta                 serve the removed POST /v1/realtime/sessions
  --beta-string          the same, with client_secret as a bare string
  --no-record            do not keep requests
  --control-from WHO     who may use /_emulator/: loopback, or anywhere
  --help                 this text

Control while it runs, with a text body, no key:

${controlHelp}

  npx realtime-emulator --faults 'mint:status=429,code=rate_limit_exceeded,retry-after=2,times=3'
  curl -X PUT --data 'mint:stall,chance=0.1 models:delay=500' http://127.0.0.1:8788/_emulator/faults
`

const read = () =>
  parseArgs({
    allowNegative: true,
    options: {
      port: { type: 'string', default: '8788' },
      host: { type: 'string', default: '127.0.0.1' },
      'api-key': { type: 'string' },
      'latency-ms': { type: 'string', default: '0' },
      'call-latency-ms': { type: 'string', default: '0' },
      'reply-latency-ms': { type: 'string', default: '0' },
      'single-use': { type: 'boolean', default: false },
      'session-seconds': { type: 'string', default: '3600' },
      heard: { type: 'string', multiple: true },
      media: { type: 'boolean', default: true },
      'media-address': { type: 'string', default: '127.0.0.1' },
      faults: { type: 'string', default: process.env.EMULATOR_FAULTS ?? '' },
      beta: { type: 'boolean', default: false },
      'beta-string': { type: 'boolean', default: false },
      record: { type: 'boolean', default: true },
      'control-from': { type: 'string', default: 'loopback' },
      help: { type: 'boolean', default: false },
    },
  }).values

const wholeNumber = (option: string, value: string) => {
  if (!/^\d+$/.test(value)) throw new RangeError(`--${option} ${value}: expected a whole number`)
  return Number(value)
}

const ipv4 = (value: string) => {
  if (!isIPv4(value)) throw new RangeError(`--media-address ${value}: expected an IPv4 address`)
  return value
}

const controlFrom = (value: string): 'loopback' | 'anywhere' => {
  if (value === 'loopback' || value === 'anywhere') return value
  throw new RangeError(`--control-from ${value}: expected loopback or anywhere`)
}

const optionsOf = (values: ReturnType<typeof read>): EmulatorOptions => ({
  host: values.host,
  port: wholeNumber('port', values.port),
  ...(values['api-key'] === undefined ? {} : { apiKey: values['api-key'] }),
  latencyMs: wholeNumber('latency-ms', values['latency-ms']),
  callLatencyMs: wholeNumber('call-latency-ms', values['call-latency-ms']),
  replyLatencyMs: wholeNumber('reply-latency-ms', values['reply-latency-ms']),
  singleUse: values['single-use'],
  sessionSeconds: wholeNumber('session-seconds', values['session-seconds']),
  ...(values.heard && { heard: values.heard }),
  media: values.media,
  mediaAddress: ipv4(values['media-address']),
  faults: values.faults,
  beta: values['beta-string'] ? 'string' : values.beta,
  record: values.record,
  controlFrom: controlFrom(values['control-from']),
})

const start = async (values: ReturnType<typeof read>) => {
  const emulator = await startEmulator(optionsOf(values))
  process.stdout.write(`OpenAI emulator listening on ${emulator.url} (base URL ${emulator.baseUrl})\n`)
  process.stdout.write(`state and faults under ${emulator.url}/_emulator/, see --help\n`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void emulator.close())
}

try {
  const values = read()
  if (values.help) process.stdout.write(usage)
  else await start(values)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 1
}

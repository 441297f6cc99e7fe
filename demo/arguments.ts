import { parseArgs } from 'node:util'

/** The stand-in's time for a mint: two public recordings of July 2026 have `openai-processing-ms` 428 and 456. */
const LATENCY_MS = 450
const MAX_LATENCY_MS = 60_000

export const USAGE = `npm run demo -- [options]

  --latency-ms MS   how long OpenAI's stand-in takes for a secret, 0 to ${MAX_LATENCY_MS} (${LATENCY_MS})
  --help            this text

The service's settings apply, e.g. PORT=8001 or RATE_LIMIT_PER_MINUTE=100; those that begin with OPENAI_ and .env do not.
`

/** What was typed behind the command cannot be used. */
export class BadArguments extends Error {}

/** @throws BadArguments that says which option is wrong. */
export function readArguments(args: string[]): { latencyMs: number; help: boolean } {
  const values = parse(args)
  const text = values['latency-ms']
  const latencyMs = text === undefined ? LATENCY_MS : Number(text)
  if (!/^\d+$/.test(text ?? '0') || latencyMs > MAX_LATENCY_MS)
    throw new BadArguments(`--latency-ms ${text}: expected a whole number from 0 to ${MAX_LATENCY_MS}`)
  return { latencyMs, help: values.help === true }
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: { 'latency-ms': { type: 'string' }, help: { type: 'boolean' } } }).values
  } catch (error) {
    throw new BadArguments((error as Error).message)
  }
}

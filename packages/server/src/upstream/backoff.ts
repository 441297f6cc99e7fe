const BASE_MS = 250
const CEILING_MS = 2000

/**
 * Full jitter: a random wait from 0 to min(250 ms · 2ⁿ, 2 s) before retry `n` (0 is the first), so that callers who
 * failed together do not come back together (AWS Architecture Blog, "Exponential Backoff And Jitter").
 */
export function jitteredWait(n: number, random: () => number): number {
  return random() * Math.min(BASE_MS * 2 ** n, CEILING_MS)
}

type Headers = Record<string, string | string[] | undefined>

/** The wait that `retry-after-ms` or `retry-after` (seconds or an HTTP date) asks for, milliseconds. */
export function requestedWait(headers: Headers, now: number): number | undefined {
  const milliseconds = decimal(headers['retry-after-ms'])
  if (milliseconds !== undefined) return milliseconds
  const seconds = decimal(headers['retry-after'])
  if (seconds !== undefined) return seconds * 1000
  const date = headers['retry-after']
  const at = typeof date === 'string' && date.length <= 64 ? Date.parse(date) : Number.NaN
  return at >= now ? at - now : undefined
}

function decimal(value: string | string[] | undefined): number | undefined {
  return typeof value === 'string' && /^\d{1,20}(\.\d{1,9})?$/.test(value) ? Number(value) : undefined
}

import type { Token } from './wire.ts'

/** Time that connecting may take, in seconds: a token with less left is not begun with, unless it never had twice that. */
const MARGIN_SECONDS = 10

/**
 * Whether the token will still do, by the seconds that the server gave it. Its age is taken by two clocks, since one of
 * them stands still while the machine sleeps and the other may be set meanwhile; neither needs to be right.
 */
export function freshness({ expires_in }: Token): () => boolean {
  const clocks = [() => performance.now(), () => Date.now()]
  const starts = clocks.map(now => now())
  const margin = Math.min(MARGIN_SECONDS, expires_in / 2)
  return () => {
    const ages = clocks.map((now, i) => now() - (starts[i] ?? 0))
    return Math.max(...ages) / 1000 < expires_in - margin
  }
}

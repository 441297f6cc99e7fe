import type { Token } from './wire.ts'

/** Time that connecting may take, in seconds: a token with less left is not begun with, unless it never had twice that. */
const MARGIN_SECONDS = 10

/**
 * Whether the token will still do, by the seconds that the server gave it. Its age is taken by two clocks, since one of
 * them stands still while the machine sleeps and the other may be set meanwhile; neither needs to be right.
 */
export function freshness({ expires_in }: Token): () => boolean {
  const [started, startedByDate] = [performance.now(), Date.now()]
  const good = expires_in - Math.min(MARGIN_SECONDS, expires_in / 2)
  return () => Math.max(performance.now() - started, Date.now() - startedByDate) / 1000 < good
}

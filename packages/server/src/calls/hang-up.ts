import { setTimeout as sleep } from 'node:timers/promises'

const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 5000

/**
 * Tries to hang up until it holds, with waits that double. True when it holds; false when `forMs` have passed first,
 * after which OpenAI has ended the call by itself, or the signal has ended the trying.
 */
export async function hangUpUntilItHolds(
  hangUp: () => Promise<boolean>,
  forMs: number,
  mono: () => number,
  onFailure: () => void,
  signal: AbortSignal,
): Promise<boolean> {
  const until = mono() + forMs
  for (let wait = FIRST_WAIT_MS; !signal.aborted; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    if (await hangUp()) return true
    onFailure()
    if (mono() + wait >= until) return false
    await sleep(wait, undefined, { signal }).catch(() => {})
  }
  return false
}

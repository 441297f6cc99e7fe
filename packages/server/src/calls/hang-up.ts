import { setTimeout as sleep } from 'node:timers/promises'

const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 5000

interface HangUp {
  /** True when the call is over. */
  hangUp(): Promise<boolean>
  onFailure(): void
  /** How long it is tried: after that OpenAI has ended the call by itself, milliseconds. */
  forMs: number
  mono(): number
  /** Ends the trying. */
  signal: AbortSignal
}

/** Tries to hang up, with waits that double. True when it holds; false when the time or the signal has ended the trying. */
export async function hangUpUntilItHolds({ hangUp, onFailure, forMs, mono, signal }: HangUp): Promise<boolean> {
  const until = mono() + forMs
  for (let wait = FIRST_WAIT_MS; !signal.aborted; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    if (await hangUp()) return true
    onFailure()
    if (mono() + wait >= until) return false
    await sleep(wait, undefined, { signal }).catch(() => {})
  }
  return false
}

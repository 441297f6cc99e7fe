import { createClient } from '@redis/client'
import type { Clock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import type { Secret } from '../secret.ts'
import type { Script } from './script.ts'

/** One Redis or Valkey, asked with a short patience. */
export interface Store {
  /** Runs a script. Rejects at once while the store is known to be down, and after the time-out when it does not answer. */
  run(script: Script, args: readonly string[]): Promise<unknown>
  /** Whether it was ever reached since start. */
  readonly reached: boolean
  /** Whether the last try succeeded. */
  readonly up: boolean
  /** What went wrong when it was last tried, as a predicate: it does not answer, or refuses with a code of Redis's. */
  readonly trouble: string
  close(): void
}

/** For what can be done without the store: longer than a healthy Redis takes, short enough for a caller not to notice; milliseconds. */
const SHORT_PATIENCE_MS = 250
/** For what cannot: a caller would rather wait than be refused; milliseconds. */
export const LONG_PATIENCE_MS = 1500

/** After a failure one try a second; everybody else is spared the wait. */
const RETRY_MS = 1000

/**
 * How long a command may take, milliseconds. Limits can be counted in memory for a while. Tickets cannot: there is nothing to
 * fall back to.
 */
export function patienceOf({ CALL_MODE }: Pick<Config, 'CALL_MODE'>): number {
  return CALL_MODE === 'unified' ? LONG_PATIENCE_MS : SHORT_PATIENCE_MS
}

class StoreDown extends Error {}

/** The code that Redis's own errors begin with, such as `WRONGPASS`, `READONLY` or `NOPERM`. */
export function replyCode(error: unknown): string | undefined {
  return error instanceof Error ? /^[A-Z]{2,32}\b/.exec(error.message)?.[0] : undefined
}

/**
 * Connects in the background and goes on trying for ever. `onChange` hears when the store is lost and found, also of the
 * first try. A command
 * that takes longer than `patienceMs` has failed.
 */
export function connectStore(
  url: Secret,
  clock: Clock,
  onChange: (store: Store) => void,
  patienceMs = SHORT_PATIENCE_MS,
): Store {
  const client = createClient({
    url: url.reveal(),
    disableOfflineQueue: true,
    // Our own patience is shorter, and the library's makes an AbortSignal for each command.
    commandOptions: { timeout: 0 },
    // A peer that vanished without a word is found out by pings, and the connection made anew.
    pingInterval: 2000,
    socket: { connectTimeout: 2000, socketTimeout: 6000, reconnectStrategy: tries => Math.min(50 * 2 ** tries, 1000) },
  })
  let reached = false
  let up: boolean | undefined
  let downUntil = Number.NEGATIVE_INFINITY
  let refusal: string | undefined

  const note = (works: boolean, error?: unknown) => {
    refusal = replyCode(error)
    const changed = works !== up
    up = works
    reached ||= works
    downUntil = works ? Number.NEGATIVE_INFINITY : clock.mono() + RETRY_MS
    if (changed) onChange(store)
  }
  // Connection errors also end the commands under way, which is where they are dealt with; unheard they would end the process.
  client.on('error', error => note(false, error))
  client.on('ready', () => note(true))

  async function send({ sha, text }: Script, args: readonly string[]): Promise<unknown> {
    try {
      return await client.sendCommand(['EVALSHA', sha, '0', ...args])
    } catch (error) {
      if (replyCode(error) !== 'NOSCRIPT') throw error
      return client.sendCommand(['EVAL', text, '0', ...args])
    }
  }

  const store: Store = {
    async run(script, args) {
      if (!client.isReady || clock.mono() < downUntil) throw new StoreDown('the store is down')
      // Until this try has ended nobody else waits for a store that was down a moment ago.
      if (!up) downUntil = clock.mono() + RETRY_MS
      try {
        const answer = await within(patienceMs, send(script, args))
        note(true)
        return answer
      } catch (error) {
        note(false, error)
        throw error
      }
    },
    get reached() {
      return reached
    },
    get up() {
      return up === true
    },
    get trouble() {
      return refusal ? `refuses us: ${refusal}` : 'does not answer'
    },
    close: () => client.destroy(),
  }
  client.connect().catch(() => {})
  return store
}

/** Rejects when the work takes longer; the client's own time-out ends once a command is written. */
function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new StoreDown('the store did not answer in time')), milliseconds)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

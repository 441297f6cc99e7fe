import { type CryptoKey, createLocalJWKSet, type JSONWebKeySet, type JWK } from 'jose'
import { boundedText } from '../bounded-text.ts'
import type { Clock } from '../clock.ts'
import { errorCode } from '../error-code.ts'

/** Signatures that are accepted by a key of a set. */
export const ASYMMETRIC = ['RS256', 'PS256', 'ES256', 'EdDSA']

/** From the connection to the last byte, milliseconds. */
const TIMEOUT_MS = 5000
/** A key set is a page of JSON; whatever is larger is nonsense or malice. */
const MAX_BYTES = 1_048_576

/** A set younger than this is not fetched anew for a key id that it lacks, milliseconds. */
const COOLDOWN_MS = 30_000
/** An older set is fetched anew in the background; the old one serves meanwhile. Milliseconds. */
const REFRESH_MS = 600_000
/** For an older set still, a request waits until it was fetched anew: by then a key may have been taken back. Milliseconds. */
const STALE_MS = 1_200_000

/** After a fetch that failed: none for callers who cannot be served without it, milliseconds. */
export const PAUSE_MS = 5000
/** After a fetch that failed: none for a set that is merely old, milliseconds. */
const RETRY_MS = 30_000

/** Why a key set cannot be had, as a sentence. */
export class KeySetUnavailable extends Error {}

/** Finds the key for a token's header, or throws one of jose's errors. */
export type FindKey = ReturnType<typeof createLocalJWKSet>

/** The keys of an issuer. Both throw `KeySetUnavailable`. */
export interface KeySet {
  /** The keys, however old where they cannot be fetched anew; throws where they never could. */
  known(): Promise<FindKey>
  /** For a key id that those lack: the keys of at most `COOLDOWN_MS` ago; throws where they cannot be had. */
  latest(): Promise<FindKey>
}

/** `onFetched` hears how each fetch ended: with a failure, or without. */
export function remoteKeySet(url: string, clock: Clock, onFetched: (failure?: KeySetUnavailable) => void): KeySet {
  let keys: FindKey | undefined
  let fetchedAt = Number.NEGATIVE_INFINITY
  /** How the last fetch failed, if it did. */
  let failure: { error: KeySetUnavailable; at: number } | undefined
  let underWay: Promise<void> | undefined

  /** Without a rest after a failure, bad tokens would have us hammer an issuer that is in trouble. */
  async function refresh(restMs: number): Promise<void> {
    if (failure && clock.mono() - failure.at < restMs) return
    underWay ??= load().finally(() => {
      underWay = undefined
    })
    await underWay
  }

  async function load(): Promise<void> {
    try {
      keys = createLocalJWKSet(await fetchKeySet(url))
      fetchedAt = clock.mono()
      failure = undefined
    } catch (error) {
      failure = { error: error as KeySetUnavailable, at: clock.mono() }
    }
    onFetched(failure?.error)
  }

  const age = () => clock.mono() - fetchedAt

  return {
    async known() {
      if (!keys) await refresh(PAUSE_MS)
      else if (age() > STALE_MS) await refresh(RETRY_MS)
      else if (age() > REFRESH_MS) void refresh(RETRY_MS)
      return keys ?? giveUp(failure)
    },
    async latest() {
      if (age() >= COOLDOWN_MS) await refresh(PAUSE_MS)
      return failure || !keys ? giveUp(failure) : keys
    },
  }
}

function giveUp(failure: { error: KeySetUnavailable } | undefined): never {
  throw failure?.error ?? new KeySetUnavailable('the key set was not fetched')
}

/** Fetches a JSON Web Key Set; follows no redirect. Throws `KeySetUnavailable`. */
export async function fetchKeySet(url: string): Promise<JSONWebKeySet> {
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  const headers = { accept: 'application/json, application/jwk-set+json' }
  try {
    const response = await fetch(url, { headers, redirect: 'manual', signal })
    if (response.status === 200) return asKeySet(await boundedText(response, MAX_BYTES))
    await response.body?.cancel()
    throw new KeySetUnavailable(`the key server answers ${response.status}`)
  } catch (error) {
    if (error instanceof KeySetUnavailable) throw error
    const why = signal.aborted
      ? `no whole answer within ${TIMEOUT_MS / 1000} s`
      : errorCode((error as Error).cause ?? error)
    throw new KeySetUnavailable(`the key server gives no answer: ${why}`)
  }
}

function asKeySet(text: string | undefined): JSONWebKeySet {
  if (text === undefined) throw new KeySetUnavailable('the key server answers with more than 1 MiB')
  try {
    const set = JSON.parse(text)
    createLocalJWKSet(set)
    return set
  } catch {
    throw new KeySetUnavailable('the key server answers with no key set')
  }
}

/** How many of these keys can check a signature that is accepted. */
export async function countUsable(keys: readonly JWK[]): Promise<number> {
  const usable = await Promise.all(keys.map(isUsable))
  return usable.filter(Boolean).length
}

async function isUsable(key: JWK): Promise<boolean> {
  const find = createLocalJWKSet({ keys: [key] })
  const found = await Promise.allSettled(ASYMMETRIC.map(alg => find({ alg })))
  return found.some(one => one.status === 'fulfilled' && isLongEnough(one.value))
}

/** RFC 7518, section 3.3; jose refuses shorter keys when they are used. */
const MIN_RSA_BITS = 2048

function isLongEnough({ algorithm }: CryptoKey): boolean {
  return !('modulusLength' in algorithm) || Number(algorithm.modulusLength) >= MIN_RSA_BITS
}

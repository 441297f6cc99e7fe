import type { Context } from './context.ts'
import { type Finding, finding } from './findings.ts'

/** The keys that JWTs are checked with, where they have to be fetched: by the service's own code, within its bounds. */
export async function checkSignIn({ config: { jwt } }: Context): Promise<Finding[]> {
  if (jwt?.keys.kind !== 'jwks') return []
  const { host } = new URL(jwt.keys.url)
  const { countUsable, fetchKeySet, KeySetUnavailable } = await import('../identity/key-set.ts')
  try {
    const { keys } = await fetchKeySet(jwt.keys.url)
    const usable = await countUsable(keys)
    if (usable === 0)
      return [finding('keys-unusable', `${host} has ${counted(keys.length)}, and none that we can use.`)]
    const of = usable === keys.length ? '' : `; ${usable} can be used`
    return [finding('keys-fetched', `${host} has ${counted(keys.length)}${of}.`)]
  } catch (error) {
    if (!(error instanceof KeySetUnavailable)) throw error
    return [finding('keys-unreachable', `${host}: ${error.message}.`)]
  }
}

function counted(keys: number): string {
  return keys === 1 ? '1 key' : `${keys} keys`
}

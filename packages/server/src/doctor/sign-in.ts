import { ask, NoAnswer } from './ask.ts'
import type { Context } from './context.ts'
import { type Finding, finding } from './findings.ts'

/** The keys that JWTs are checked with, where they have to be fetched. */
export async function checkSignIn({ config: { jwt } }: Context): Promise<Finding[]> {
  if (jwt?.keys.kind !== 'jwks') return []
  const { host } = new URL(jwt.keys.url)
  try {
    const { status, json } = await ask(jwt.keys.url)
    if (status !== 200) return [finding('keys-unreachable', `${host} answers ${status}.`)]
    if (!Array.isArray(json?.keys)) return [finding('keys-unreachable', `${host} answers with no key set.`)]
    return [finding('keys-fetched', `${host} has ${json.keys.length} ${json.keys.length === 1 ? 'key' : 'keys'}.`)]
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error
    return [finding('keys-unreachable', `${host}: ${error.message}.`)]
  }
}

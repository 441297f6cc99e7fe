import { hmacSha256 } from '../hmac.ts'
import type { Secret } from '../secret.ts'

/** Stands for a client in logs and at OpenAI: says that two requests came from one client, and nothing else. */
export type HashClient = (client: string) => string

/** As many clients as are remembered with their hashes: those of the last moments. */
const MAX_REMEMBERED = 4096

/** HMAC-SHA256 under `CLIENT_HASH_SECRET`, 128 bits of it in hex: without the key, addresses cannot be tried out. */
export function clientHasher(secret: Secret): HashClient {
  const macOf = hmacSha256(secret.reveal())
  const remembered = new Map<string, string>()
  return client => {
    const known = remembered.get(client)
    if (known !== undefined) return known
    const hash = macOf(client, 'hex').slice(0, 32)
    if (remembered.size >= MAX_REMEMBERED) remembered.clear()
    remembered.set(client, hash)
    return hash
  }
}

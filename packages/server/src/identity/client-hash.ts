import { createHmac } from 'node:crypto'
import type { Secret } from '../secret.ts'

/** Stands for a client in logs and at OpenAI: says that two requests came from one client, and nothing else. */
export type HashClient = (client: string) => string

/** HMAC-SHA256 under `CLIENT_HASH_SECRET`, 128 bits of it in hex: without the key, addresses cannot be tried out. */
export function clientHasher(secret: Secret): HashClient {
  const key = secret.reveal()
  return client => createHmac('sha256', key).update(client).digest('hex').slice(0, 32)
}

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { hmacSha256 } from '../../hmac.ts'
import type { Secret } from '../../secret.ts'

/** Makes texts unreadable for whoever looks into the store, and reads them again. */
export interface Seal {
  close(text: string): string
  /** A name by which the same text is found again; without the key nobody can tell whose name it is. */
  nameOf(text: string): string
  /** Undefined where it was sealed under another key, or changed. */
  open(sealed: string): string | undefined
}

const NONCE_BYTES = 12
const TAG_BYTES = 16
/** Said to Node too: it would take a tag that was cut short, which can be guessed. */
const WHOLE_TAG = { authTagLength: TAG_BYTES }

/** AES-256-GCM under 32 bytes of key in base64url; instances that share the key read each other's texts. */
export function sealWith(key: Secret): Seal {
  const bytes = Buffer.from(key.reveal(), 'base64url')
  const named = hmacSha256(`names ${key.reveal()}`)
  return {
    nameOf: text => named(text, 'base64url'),
    close(text) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', bytes, nonce, WHOLE_TAG)
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url')
    },
    open(sealed) {
      try {
        const all = Buffer.from(sealed, 'base64url')
        const decipher = createDecipheriv('aes-256-gcm', bytes, all.subarray(0, NONCE_BYTES), WHOLE_TAG)
        decipher.setAuthTag(all.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
        return decipher.update(all.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
      } catch {
        return undefined
      }
    },
  }
}

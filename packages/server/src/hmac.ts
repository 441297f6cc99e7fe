import { hash } from 'node:crypto'

/** SHA-256's block, bytes. */
const BLOCK = 64

/** An HMAC of a text, itself as text. */
export type Hmac = (text: string, encoding: 'base64url' | 'hex') => string

/**
 * HMAC-SHA256 under one key (RFC 2104), made of two one-shot hashes. `createHmac` makes a native object for each text, and
 * digests as Buffers are memory outside the heap; both burden the garbage collector far beyond what hashing costs.
 */
export function hmacSha256(key: string): Hmac {
  const bytes = Buffer.from(key)
  const block = Buffer.alloc(BLOCK)
  ;(bytes.length > BLOCK ? hash('sha256', bytes, 'buffer') : bytes).copy(block)
  const inner = block.map(byte => byte ^ 0x36)
  const outer = block.map(byte => byte ^ 0x5c)
  return (text, encoding) => {
    const digest = hash('sha256', Buffer.concat([inner, Buffer.from(text)]), 'binary')
    return hash('sha256', Buffer.concat([outer, Buffer.from(digest, 'binary')]), encoding)
  }
}

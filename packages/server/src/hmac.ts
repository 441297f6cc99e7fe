import { hash } from 'node:crypto'

/** SHA-256's block, bytes. */
const BLOCK = 64

/**
 * HMAC-SHA256 under one key (RFC 2104), made of two one-shot hashes: `createHmac` makes a native object for each text,
 * which costs more than the hashing and burdens the garbage collector.
 */
export function hmacSha256(key: string): (text: string) => Buffer {
  const bytes = Buffer.from(key)
  const block = Buffer.alloc(BLOCK)
  ;(bytes.length > BLOCK ? hash('sha256', bytes, 'buffer') : bytes).copy(block)
  const inner = block.map(byte => byte ^ 0x36)
  const outer = block.map(byte => byte ^ 0x5c)
  const sha256 = (pad: Uint8Array, data: Uint8Array) => hash('sha256', Buffer.concat([pad, data]), 'buffer')
  return text => sha256(outer, sha256(inner, Buffer.from(text)))
}

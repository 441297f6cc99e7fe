import { createHash, timingSafeEqual } from 'node:crypto'
import type { Secret } from '../secret.ts'

/** Tells whether an `Authorization` header carries the operators' token. */
export type IsOperator = (authorization: string | undefined) => boolean

/**
 * Compares digests, so that neither the time nor a difference in length tells anything about the token.
 * Without a token nobody is an operator.
 */
export function operatorCheck(adminToken: Secret | undefined): IsOperator {
  if (!adminToken) return () => false
  const expected = digest(`bearer ${adminToken.reveal()}`)
  return authorization => {
    if (authorization === undefined) return false
    const presented = authorization.replace(/^bearer +/i, 'bearer ')
    return timingSafeEqual(digest(presented), expected)
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

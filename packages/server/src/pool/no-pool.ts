import type { Pool } from './pool.ts'

/** Stands where the pool is off: every request mints its own. */
export function noPool(): Pool {
  let misses = 0
  return {
    take() {
      misses++
      return undefined
    },
    claim: () => undefined,
    has: () => false,
    deposit() {},
    topUp() {},
    stats: () => ({ entries: 0, hits: 0, misses, minted: 0, expired_unused: 0 }),
  }
}

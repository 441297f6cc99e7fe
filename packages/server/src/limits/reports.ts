import { createHash } from 'node:crypto'
import { LONGEST_SESSION_SECONDS } from '../catalogue/openai-limits.ts'
import type { Clock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import type { Store } from '../store/redis.ts'
import { type Script, script } from '../store/script.ts'
import { WINDOW_SECONDS } from './rates.ts'
import { fixedWindows, type Windows } from './windows.ts'

/** What is allowed of reports on calls. */
export interface ReportLimits {
  /** Reports of a client in a minute: a window of their own, as long and as wide as that of tokens. */
  windows: Windows
  /** Whether a report that was allowed at `issuedAt` (Unix seconds) still is. */
  isTimely(issuedAt: number): boolean
  /** Takes a session's one report. False if it was taken before. */
  claim(sessionId: string): Promise<boolean>
}

/** For the user to write a comment. */
const GRACE_SECONDS = 900

/** Takes a session's one report among all instances. Answers 1, or 0 if it was taken. */
const CLAIM: Script = script(`
if redis.call('SET', 'parker:report:' .. ARGV[1], '1', 'NX', 'EX', ARGV[2]) then return 1 end
return 0
`)

type ReportConfig = Pick<Config, 'RATE_LIMIT_PER_MINUTE' | 'TOKEN_TTL_SECONDS'>

/** While a configured store is away, each instance knows of its own reports alone. */
export function reportLimits(config: ReportConfig, store: Store | null, { now, mono }: Clock): ReportLimits {
  const lifeSeconds = config.TOKEN_TTL_SECONDS + LONGEST_SESSION_SECONDS + GRACE_SECONDS
  const taken = fixedWindows(1, lifeSeconds * 1000, mono)
  return {
    windows: fixedWindows(config.RATE_LIMIT_PER_MINUTE, WINDOW_SECONDS * 1000, mono),
    isTimely: issuedAt => now() / 1000 <= issuedAt + lifeSeconds,
    async claim(sessionId) {
      const hashed = createHash('sha256').update(sessionId).digest('base64url')
      if (!taken.hit(hashed).allowed) return false
      if (!store) return true
      try {
        return (await store.run(CLAIM, [hashed, String(lifeSeconds)])) === 1
      } catch {
        return true
      }
    },
  }
}

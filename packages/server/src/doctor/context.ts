import type { Config } from '../config/config.ts'
import type { Environment } from '../config/read.ts'
import type { Unread } from './unread.ts'

/** What a check of this machine stands on. */
export interface Context {
  config: Config
  env: Environment
  unread: Unread
  /** Milliseconds since 1970. */
  now(): number
}

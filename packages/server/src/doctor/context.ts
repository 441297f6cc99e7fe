import type { Config } from '../config/config.ts'
import type { Environment } from './settings.ts'

/** What a check of this machine stands on. */
export interface Context {
  config: Config
  env: Environment
  /** Names of settings that are wrong; the config has their defaults. */
  wrong: ReadonlySet<string>
  /** Milliseconds since 1970. */
  now(): number
}

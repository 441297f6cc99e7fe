import type { Clock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import { dailyBudgets, type Reservation } from './budgets.ts'
import { fixedWindows, type Hit } from './windows.ts'

/** What the limits say of one token request. */
export interface Ruling {
  minute: Hit
  /** Absent where the minute was already used up, and where days have no limit. */
  day: Reservation | undefined
}

/** The rates of the token route. Asynchronous, so that a shared store can keep them. */
export interface Rates {
  /** Counts a request against the client's minute and, if that passes, reserves a credential of the day's. */
  rule(client: string): Ruling | Promise<Ruling>
}

/** The minute's window, seconds. */
export const WINDOW_SECONDS = 60

/** What the rates follow. */
export type RatesConfig = Pick<Config, 'RATE_LIMIT_PER_MINUTE' | 'RATE_LIMIT_PER_DAY' | 'RATE_LIMIT_GLOBAL_PER_DAY'>

export function memoryRates(config: RatesConfig, clock: Clock): Rates {
  const minutes = fixedWindows(config.RATE_LIMIT_PER_MINUTE, WINDOW_SECONDS * 1000, clock.mono)
  const { RATE_LIMIT_PER_DAY, RATE_LIMIT_GLOBAL_PER_DAY } = config
  const limited = RATE_LIMIT_PER_DAY > 0 || RATE_LIMIT_GLOBAL_PER_DAY > 0
  const days = limited ? dailyBudgets(RATE_LIMIT_PER_DAY, RATE_LIMIT_GLOBAL_PER_DAY, clock.now) : undefined
  return {
    rule(client) {
      const minute = minutes.hit(client)
      return { minute, day: minute.allowed ? days?.reserve(client) : undefined }
    },
  }
}

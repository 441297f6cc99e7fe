import type { HashClient } from '../identity/client-hash.ts'
import { once } from '../once.ts'
import type { Store } from '../store/redis.ts'
import { DAY_KEY_SECONDS, type Script, script, TODAY } from '../store/script.ts'
import type { Reservation } from './budgets.ts'
import { type Rates, type RatesConfig, type Ruling, WINDOW_SECONDS } from './rates.ts'

/**
 * Counts the minute and reserves of the day in one step. Keys carry hashes, never addresses, and each has an expiry.
 * Answers {count, ms left, 0 = not asked | 1 = granted | 2 = refused, the day | the limit, ms to midnight}.
 */
const RULE: Script = script(`${TODAY}
local client = ARGV[1]
local limit, window, per_client, global = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local minute = 'parker:minute:' .. client
local count = redis.call('INCR', minute)
local left = redis.call('PTTL', minute)
if left < 0 then
  redis.call('PEXPIRE', minute, window)
  left = window
end
if count > limit or (per_client == 0 and global == 0) then return {count, left, 0, 0, 0} end
local own, all = 'parker:day:' .. day .. ':' .. client, 'parker:day:' .. day
if per_client > 0 and tonumber(redis.call('GET', own) or 0) >= per_client then return {count, left, 2, per_client, to_midnight} end
if global > 0 and tonumber(redis.call('GET', all) or 0) >= global then return {count, left, 2, global, to_midnight} end
for _, key in ipairs({own, all}) do
  redis.call('INCR', key)
  redis.call('EXPIRE', key, ${DAY_KEY_SECONDS})
end
return {count, left, 1, day, to_midnight}
`)

/** Returns a reservation to the day it was taken from, unless that is long over. */
const GIVE_BACK: Script = script(`
for _, key in ipairs({'parker:day:' .. ARGV[2] .. ':' .. ARGV[1], 'parker:day:' .. ARGV[2]}) do
  if tonumber(redis.call('GET', key) or 0) > 0 then redis.call('DECR', key) end
end
return 0
`)

/** Rates that all instances share, in one round trip a request; while the store is away, those of `fallback`. */
export function sharedRates(
  config: RatesConfig,
  store: Store,
  hashClient: HashClient,
  fallback: Rates,
  onFallback: (trouble: string) => void,
): Rates {
  const limits = [
    config.RATE_LIMIT_PER_MINUTE,
    WINDOW_SECONDS * 1000,
    config.RATE_LIMIT_PER_DAY,
    config.RATE_LIMIT_GLOBAL_PER_DAY,
  ].map(String)

  function read(answer: unknown, client: string): Ruling {
    const [count = 0, left = 0, verdict, dayOrLimit = 0, toMidnight = 0] = (answer as unknown[]).map(Number)
    const limit = config.RATE_LIMIT_PER_MINUTE
    const minute = { allowed: count <= limit, limit, remaining: Math.max(0, limit - count), resetsIn: left }
    if (verdict === 2) return { minute, day: { granted: false, limit: dayOrLimit, resetsIn: toMidnight } }
    return { minute, day: verdict === 1 ? reservation(client, dayOrLimit) : undefined }
  }

  function reservation(client: string, day: number): Reservation {
    // Lost with the store, it counts as used: the budget errs on the side of the bill.
    const giveBack = once(() => store.run(GIVE_BACK, [client, String(day)]).catch(() => {}))
    return { granted: true, giveBack }
  }

  return {
    async rule(client) {
      const hashed = hashClient(client)
      try {
        return read(await store.run(RULE, [hashed, ...limits]), hashed)
      } catch {
        onFallback(store.trouble)
        return fallback.rule(client)
      }
    },
  }
}

/** Half of each limit, for the time in which an instance counts alone. */
export function halved(config: RatesConfig): RatesConfig {
  return {
    RATE_LIMIT_PER_MINUTE: Math.ceil(config.RATE_LIMIT_PER_MINUTE / 2),
    RATE_LIMIT_PER_DAY: Math.ceil(config.RATE_LIMIT_PER_DAY / 2),
    RATE_LIMIT_GLOBAL_PER_DAY: Math.ceil(config.RATE_LIMIT_GLOBAL_PER_DAY / 2),
  }
}

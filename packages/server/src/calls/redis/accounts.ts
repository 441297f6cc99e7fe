import { DAY_KEY_SECONDS, NOW, script, TODAY } from '../../store/script.ts'
import type { EndReason } from '../call.ts'
import type { Accounts } from '../store.ts'
import { amountsOf, fieldsOf, receiptOf } from './fields.ts'
import { CALL_KEPT_MS, type CallTimes } from './kept.ts'
import type { Run } from './run.ts'
import { SLOTS } from './slots.ts'

/** `kept`: how long the entry is remembered. From the sixth on fields and amounts in pairs. Does nothing where it was booked before. */
const ADD_USAGE = script(`${TODAY}
local id, client, entry, kept, usd = unpack(ARGV, 1, 5)
local booked = 'parker:booked:' .. id
if redis.call('SADD', booked, entry) == 0 then return 0 end
redis.call('PEXPIRE', booked, kept)
for _, spent in ipairs({'parker:usd:' .. day, 'parker:usd:' .. day .. ':' .. client}) do
  redis.call('INCRBYFLOAT', spent, usd)
  redis.call('EXPIRE', spent, ${DAY_KEY_SECONDS})
end
local call = 'parker:call:' .. id
if redis.call('EXISTS', call) == 0 then return 0 end
redis.call('HINCRBYFLOAT', call, 'usd', usd)
for i = 6, #ARGV, 2 do redis.call('HINCRBYFLOAT', call, ARGV[i], ARGV[i + 1]) end
return 1
`)

const NOTE_DRIFTS = script(`
local id, drifts = unpack(ARGV)
local call = 'parker:call:' .. id
if redis.call('EXISTS', call) == 0 then return 0 end
if tonumber(drifts) > tonumber(redis.call('HGET', call, 'drifts') or 0) then redis.call('HSET', call, 'drifts', drifts) end
return 1
`)

/** Answers the reason that holds. */
const BEGIN_END = script(`
local id, reason = unpack(ARGV)
local call = 'parker:call:' .. id
if redis.call('EXISTS', call) == 0 then return reason end
redis.call('HSETNX', call, 'reason', reason)
return redis.call('HGET', call, 'reason')
`)

/** Answers the call's fields to the first that asks, nothing to the others. */
const FINISH = script(`${NOW}${SLOTS}
local id, receipt_kept, ticket_kept = unpack(ARGV)
local call = 'parker:call:' .. id
local ended, ticket, client = unpack(redis.call('HMGET', call, 'ended', 'ticket', 'client'))
if ended or not ticket then return {} end
redis.call('HSET', call, 'ended', now)
redis.call('HDEL', call, 'session')
redis.call('ZREM', 'parker:calls:live', id)
free_slot(ticket, client)
redis.call('PEXPIRE', call, receipt_kept)
redis.call('PEXPIRE', 'parker:ticket:' .. ticket, ticket_kept)
return redis.call('HGETALL', call)
`)

export function redisAccounts(run: Run, { ticketMs, historyMs }: CallTimes): Accounts {
  return {
    async addUsage({ id, client }, { name, usage }) {
      await run(ADD_USAGE, id, client, name, CALL_KEPT_MS, usage.usd.toFixed(9), ...amountsOf(usage))
    },
    async noteDrifts(id, drifts) {
      await run(NOTE_DRIFTS, id, drifts)
    },
    beginEnd: async (id, reason) => (await run(BEGIN_END, id, reason)) as EndReason,
    async finish(id) {
      const fields = fieldsOf(await run(FINISH, id, historyMs, Math.max(historyMs, ticketMs)))
      return fields.ended === undefined ? undefined : receiptOf(id, fields)
    },
  }
}

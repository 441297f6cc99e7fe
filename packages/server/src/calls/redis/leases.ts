import { NOW, script } from '../../store/script.ts'
import type { LiveCall } from '../call.ts'
import { LEASE_MS, type LeaseState, type Leases } from '../store.ts'
import { fieldsOf, fieldsOfCall, liveCallOf, words } from './fields.ts'
import { CALL_KEPT_MS } from './kept.ts'
import type { Run } from './run.ts'
import type { Seal } from './seal.ts'
import { SLOT_MS, SLOTS } from './slots.ts'

/** Calls that are taken over in one step. */
const MOST_TAKEN = 50

/** `kept`: how long call and ticket are. From the eighth on the call's fields in pairs. Does nothing where the call is known. */
const BEGIN = script(`${NOW}
local id, ticket_hash, instance, lease, kept, age, idle = unpack(ARGV, 1, 7)
local call, ticket = 'parker:call:' .. id, 'parker:ticket:' .. ticket_hash
if redis.call('EXISTS', call) == 1 then return 0 end
local order = time[1] * 1000000 + time[2] - age * 1000
redis.call('HSET', call, 'ticket', ticket_hash, 'owner', instance, 'started', now - age, 'human', now - idle,
  'order', string.format('%.0f', order), unpack(ARGV, 8))
redis.call('HSET', ticket, 'used', 1, 'call', id, 'expires', now)
redis.call('ZREMRANGEBYSCORE', 'parker:calls', '-inf', (now - kept) * 1000)
redis.call('ZADD', 'parker:calls', order, id)
redis.call('ZADD', 'parker:calls:live', now + lease, id)
for _, key in ipairs({call, ticket, 'parker:calls', 'parker:calls:live'}) do redis.call('PEXPIRE', key, kept) end
return 1
`)

/**
 * From the fifth on calls, their ages and their idle times in threes. Answers the state of each. A call may have been begun
 * here later than it began, since Redis took its time; the age that its watcher knows mends that.
 */
const RENEW = script(`${NOW}${SLOTS}
local instance, lease, slot, taking_over = unpack(ARGV, 1, 4)
if taking_over == 'true' then
  redis.call('ZADD', 'parker:instances', now + lease, instance)
  redis.call('PEXPIRE', 'parker:instances', lease)
else
  redis.call('ZREM', 'parker:instances', instance)
end
local function renew(id, age, idle)
  local call = 'parker:call:' .. id
  local owner, ended, ticket, client, reason, started =
    unpack(redis.call('HMGET', call, 'owner', 'ended', 'ticket', 'client', 'reason', 'started'))
  if not owner then return 'missing' end
  if owner ~= instance or ended then return 'lost' end
  redis.call('HSET', call, 'human', now - idle, 'started', math.min(started, now - age))
  redis.call('ZADD', 'parker:calls:live', now + lease, id)
  hold_slot(ticket, client, now + slot)
  return reason and 'ending' or 'ours'
end
local states = {}
for i = 5, #ARGV, 3 do table.insert(states, renew(unpack(ARGV, i, i + 2))) end
return states
`)

/** Answers {now, {call, its fields}, {call, its fields}, …} of the calls that are now ours. */
const TAKE_OVER = script(`${NOW}
local instance, lease, most = unpack(ARGV)
local taken = {now}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', 'parker:calls:live', '-inf', now, 'LIMIT', 0, most)) do
  local call = 'parker:call:' .. id
  if redis.call('EXISTS', call) == 1 then
    redis.call('HSET', call, 'owner', instance)
    redis.call('ZADD', 'parker:calls:live', now + lease, id)
    table.insert(taken, {id, redis.call('HGETALL', call)})
  else
    redis.call('ZREM', 'parker:calls:live', id)
  end
end
return taken
`)

/** Instance, then calls. Leaves them where another instance lives; answers 1 then, else 0. */
const HAND_OVER = script(`${NOW}
local instance = ARGV[1]
redis.call('ZREMRANGEBYSCORE', 'parker:instances', '-inf', now)
redis.call('ZREM', 'parker:instances', instance)
if redis.call('ZCARD', 'parker:instances') == 0 then return 0 end
for i = 2, #ARGV do
  local call = 'parker:call:' .. ARGV[i]
  if redis.call('HGET', call, 'owner') == instance then
    redis.call('HSET', call, 'owner', '')
    redis.call('ZADD', 'parker:calls:live', 0, ARGV[i])
  end
end
return 1
`)

/** Calls. Answers 1 where one of them is nobody's. */
const UNCLAIMED = script(`
for _, id in ipairs(ARGV) do
  if redis.call('HGET', 'parker:call:' .. id, 'owner') == '' then return 1 end
end
return 0
`)

/** `instance` is a name that no other process has. */
export function redisLeases(run: Run, instance: string, historyMs: number, seal: Seal): Leases {
  return {
    shared: true,
    async begin(call) {
      const kept = CALL_KEPT_MS + historyMs
      await run(BEGIN, call.id, call.ticketHash, instance, LEASE_MS, kept, ...agesOf(call), ...fieldsOfCall(call, seal))
    },
    async renew(calls, takingOver) {
      const told = calls.flatMap(call => [call.id, ...agesOf(call)])
      return words(await run(RENEW, instance, LEASE_MS, SLOT_MS, String(takingOver), ...told)) as LeaseState[]
    },
    async takeOver() {
      const answer = await run(TAKE_OVER, instance, LEASE_MS, MOST_TAKEN)
      const [now, ...taken] = answer as [number, ...[id: string, told: string[]][]]
      return taken.map(([id, told]) => liveCallOf(id, fieldsOf(told), seal, now))
    },
    handOver: async ids => (await run(HAND_OVER, instance, ...ids)) === 1,
    unclaimed: async ids => (await run(UNCLAIMED, ...ids)) === 1,
  }
}

function agesOf({ ageMs, idleMs }: Pick<LiveCall, 'ageMs' | 'idleMs'>): number[] {
  return [ageMs, idleMs].map(Math.round)
}

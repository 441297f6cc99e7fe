import { DAY_KEY_SECONDS, NOW, script, TODAY } from '../store/script.ts'

/**
 * What Redis runs as single steps. Times are Redis's own, in milliseconds. Keys:
 * `parker:ticket:<sha256>` a ticket · `parker:session:<window>:<name>` a session · `parker:tickets:<window>` how much was kept in
 * this span of a ticket's life · `parker:call:<id>` a call and then its receipt · `parker:calls` ids by their beginning
 * in microseconds · `parker:calls:live` ids by the end of their watcher's lease · `parker:slots[:<client>]` tickets of calls
 * placed or under way, by when they lapse · `parker:usd:<day>[:<client>]` spending · `parker:booked:<id>` names of what a
 * call was billed for · `parker:instances` by lease.
 */

/** How long slots are kept that nobody touches, milliseconds: longer than any of them lasts. */
const SLOTS_KEPT_MS = 86_400_000

/**
 * Ticket, client, session id, name of the session, sealed session, bytes that count of it, life in ms, most tickets, most
 * bytes of sessions. Answers 0 where there is no room. A ticket is known for twice its life. What the tickets that can be
 * spent take was kept in this span of a life or in the one before; a session that many ask for is kept once in a span.
 */
export const KEEP_TICKET = script(`${NOW}
local life = tonumber(ARGV[7])
local window = math.floor(now / life)
local kept, kept_before = 'parker:tickets:' .. window, 'parker:tickets:' .. (window - 1)
local session = 'parker:session:' .. window .. ':' .. ARGV[4]
local bytes = redis.call('EXISTS', session) == 1 and 0 or tonumber(ARGV[6])
local function held(what)
  return tonumber(redis.call('HGET', kept, what) or 0) + tonumber(redis.call('HGET', kept_before, what) or 0)
end
if held('tickets') >= tonumber(ARGV[8]) or held('bytes') + bytes > tonumber(ARGV[9]) then return 0 end
redis.call('HINCRBY', kept, 'tickets', 1)
redis.call('HINCRBY', kept, 'bytes', bytes)
redis.call('PEXPIRE', kept, life * 2)
redis.call('SET', session, ARGV[5], 'NX', 'PX', (window + 2) * life - now)
local key = 'parker:ticket:' .. ARGV[1]
redis.call('HSET', key, 'client', ARGV[2], 'session_id', ARGV[3], 'session', session, 'expires', now + life)
redis.call('PEXPIRE', key, life * 2)
return 1
`)

/** Ticket. Answers {state, call id, client, session id, sealed session}. */
export const READ_TICKET = script(`${NOW}
local key = 'parker:ticket:' .. ARGV[1]
local found = redis.call('HMGET', key, 'expires', 'used', 'call', 'client', 'session_id', 'session')
if not found[1] then return {'unknown'} end
if found[2] then return {'used', found[3] or ''} end
if now >= tonumber(found[1]) then return {'expired'} end
return {'ready', '', found[4], found[5], redis.call('GET', found[6])}
`)

/**
 * Ticket, most calls, most calls a client, USD a day, USD a client's day, how long a slot lasts unrenewed, the attempt.
 * Answers {verdict, ms to midnight}.
 */
export const ADMIT = script(`${TODAY}
local key = 'parker:ticket:' .. ARGV[1]
local ticket = redis.call('HMGET', key, 'expires', 'used', 'client')
if not ticket[1] then return {'unknown', 0} end
if ticket[2] then return {'used', 0} end
if now >= tonumber(ticket[1]) then return {'expired', 0} end
local all, own = 'parker:slots', 'parker:slots:' .. ticket[3]
redis.call('ZREMRANGEBYSCORE', all, '-inf', now)
redis.call('ZREMRANGEBYSCORE', own, '-inf', now)
if redis.call('ZCARD', all) >= tonumber(ARGV[2]) then return {'full', 0} end
if redis.call('ZCARD', own) >= tonumber(ARGV[3]) then return {'too_many', 0} end
local total, client = 'parker:usd:' .. day, 'parker:usd:' .. day .. ':' .. ticket[3]
local function used_up(key, limit) return limit > 0 and tonumber(redis.call('GET', key) or 0) >= limit end
if used_up(total, tonumber(ARGV[4])) or used_up(client, tonumber(ARGV[5])) then
  return {'budget', to_midnight}
end
redis.call('HSET', key, 'used', ARGV[7])
for _, slots in ipairs({all, own}) do
  redis.call('ZADD', slots, now + ARGV[6], ARGV[1])
  redis.call('PEXPIRE', slots, ${SLOTS_KEPT_MS})
end
return {'admitted', 0}
`)

const FREE_SLOT = `
local function free_slot(ticket)
  local client = redis.call('HGET', 'parker:ticket:' .. ticket, 'client')
  redis.call('ZREM', 'parker:slots', ticket)
  if client then redis.call('ZREM', 'parker:slots:' .. client, ticket) end
end
`

/** Ticket, attempt. Undoes the admission, if it was this attempt that was admitted. */
export const WITHDRAW = script(`${FREE_SLOT}
local key = 'parker:ticket:' .. ARGV[1]
if redis.call('HGET', key, 'used') ~= ARGV[2] then return 0 end
redis.call('HDEL', key, 'used')
free_slot(ARGV[1])
return 1
`)

/** Ticket. */
export const RELEASE = script(`${FREE_SLOT}
free_slot(ARGV[1])
return 1
`)

/**
 * Call, ticket, instance, lease, how long call and ticket are kept, age, idle time, then the call's fields in pairs.
 * Does nothing where the call is known.
 */
export const BEGIN = script(`${NOW}
local key, ticket = 'parker:call:' .. ARGV[1], 'parker:ticket:' .. ARGV[2]
if redis.call('EXISTS', key) == 1 then return 0 end
local order = time[1] * 1000000 + time[2] - ARGV[6] * 1000
redis.call('HSET', key, 'ticket', ARGV[2], 'owner', ARGV[3], 'started', now - ARGV[6], 'human', now - ARGV[7],
  'order', string.format('%.0f', order), unpack(ARGV, 8))
redis.call('HSET', ticket, 'used', 1, 'call', ARGV[1], 'expires', now)
for _, kept in ipairs({key, ticket}) do redis.call('PEXPIRE', kept, ARGV[5]) end
redis.call('ZREMRANGEBYSCORE', 'parker:calls', '-inf', (now - ARGV[5]) * 1000)
redis.call('ZADD', 'parker:calls', order, ARGV[1])
redis.call('ZADD', 'parker:calls:live', now + ARGV[4], ARGV[1])
for _, kept in ipairs({'parker:calls', 'parker:calls:live'}) do redis.call('PEXPIRE', kept, ARGV[5]) end
return 1
`)

/**
 * Instance, lease, how long a slot lasts, whether the instance takes calls over (1 or 0), then calls and their idle times
 * in pairs. Answers each one's standing.
 */
export const TOUCH = script(`${NOW}
if ARGV[4] == '1' then
  redis.call('ZADD', 'parker:instances', now + ARGV[2], ARGV[1])
  redis.call('PEXPIRE', 'parker:instances', ARGV[2])
else
  redis.call('ZREM', 'parker:instances', ARGV[1])
end
local standings = {}
for i = 5, #ARGV, 2 do
  local key = 'parker:call:' .. ARGV[i]
  local call = redis.call('HMGET', key, 'owner', 'ended', 'ticket', 'client', 'reason')
  if not call[1] then
    table.insert(standings, 'missing')
  elseif call[1] ~= ARGV[1] or call[2] then
    table.insert(standings, 'lost')
  else
    redis.call('HSET', key, 'human', now - ARGV[i + 1])
    redis.call('ZADD', 'parker:calls:live', now + ARGV[2], ARGV[i])
    for _, slots in ipairs({'parker:slots', 'parker:slots:' .. call[4]}) do
      redis.call('ZADD', slots, now + ARGV[3], call[3])
      redis.call('PEXPIRE', slots, ${SLOTS_KEPT_MS})
    end
    table.insert(standings, call[5] and 'ending' or 'ours')
  end
end
return standings
`)

/**
 * Call, client, name of the entry, how long that is remembered, USD, then fields and amounts in pairs. Does nothing where
 * the entry was booked before.
 */
export const ADD_USAGE = script(`${TODAY}
local booked = 'parker:booked:' .. ARGV[1]
if redis.call('SADD', booked, ARGV[3]) == 0 then return 0 end
redis.call('PEXPIRE', booked, ARGV[4])
for _, key in ipairs({'parker:usd:' .. day, 'parker:usd:' .. day .. ':' .. ARGV[2]}) do
  redis.call('INCRBYFLOAT', key, ARGV[5])
  redis.call('EXPIRE', key, ${DAY_KEY_SECONDS})
end
local call = 'parker:call:' .. ARGV[1]
if redis.call('EXISTS', call) == 0 then return 0 end
redis.call('HINCRBYFLOAT', call, 'usd', ARGV[5])
for i = 6, #ARGV, 2 do redis.call('HINCRBYFLOAT', call, ARGV[i], ARGV[i + 1]) end
return 1
`)

/** Call, its drifts so far. */
export const NOTE_DRIFTS = script(`
local call = 'parker:call:' .. ARGV[1]
if redis.call('EXISTS', call) == 0 then return 0 end
if tonumber(ARGV[2]) > tonumber(redis.call('HGET', call, 'drifts') or 0) then redis.call('HSET', call, 'drifts', ARGV[2]) end
return 1
`)

/** Call, reason. Answers the reason that holds. */
export const BEGIN_END = script(`
local call = 'parker:call:' .. ARGV[1]
if redis.call('EXISTS', call) == 0 then return ARGV[2] end
redis.call('HSETNX', call, 'reason', ARGV[2])
return redis.call('HGET', call, 'reason')
`)

/** Call, how long its receipt is kept, and its ticket. Answers the call's fields to the first that asks. */
export const FINISH = script(`${NOW}
local key = 'parker:call:' .. ARGV[1]
local call = redis.call('HMGET', key, 'ended', 'ticket', 'client')
if call[1] or not call[2] then return {} end
redis.call('HSET', key, 'ended', now)
redis.call('HDEL', key, 'session')
redis.call('ZREM', 'parker:calls:live', ARGV[1])
redis.call('ZREM', 'parker:slots', call[2])
redis.call('ZREM', 'parker:slots:' .. call[3], call[2])
redis.call('PEXPIRE', key, ARGV[2])
redis.call('PEXPIRE', 'parker:ticket:' .. call[2], ARGV[3])
return redis.call('HGETALL', key)
`)

/** Instance, lease, most at once. Answers {now, call, its fields, call, its fields, …} of the calls that are now ours. */
export const TAKE_OVER = script(`${NOW}
local found = {now}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', 'parker:calls:live', '-inf', now, 'LIMIT', 0, ARGV[3])) do
  local key = 'parker:call:' .. id
  if redis.call('EXISTS', key) == 1 then
    redis.call('HSET', key, 'owner', ARGV[1])
    redis.call('ZADD', 'parker:calls:live', now + ARGV[2], id)
    table.insert(found, id)
    table.insert(found, redis.call('HGETALL', key))
  else
    redis.call('ZREM', 'parker:calls:live', id)
  end
end
return found
`)

/** Instance, then calls. Leaves them where another instance lives; answers 1 then, else 0. */
export const HAND_OVER = script(`${NOW}
redis.call('ZREMRANGEBYSCORE', 'parker:instances', '-inf', now)
redis.call('ZREM', 'parker:instances', ARGV[1])
if redis.call('ZCARD', 'parker:instances') == 0 then return 0 end
for i = 2, #ARGV do
  local key = 'parker:call:' .. ARGV[i]
  if redis.call('HGET', key, 'owner') == ARGV[1] then
    redis.call('HSET', key, 'owner', '')
    redis.call('ZADD', 'parker:calls:live', 0, ARGV[i])
  end
end
return 1
`)

/** Calls. Answers 1 where one of them is nobody's. */
export const UNCLAIMED = script(`
for _, id in ipairs(ARGV) do
  if redis.call('HGET', 'parker:call:' .. id, 'owner') == '' then return 1 end
end
return 0
`)

/** The time, and all fields of a call but its session, which may be long and which no reader of receipts needs. */
const RECEIPT_OF = `
local function receipt_of(id)
  local all, told = redis.call('HGETALL', 'parker:call:' .. id), {}
  if #all > 0 then told = {'now', now} end
  for i = 1, #all, 2 do
    if all[i] ~= 'session' then
      table.insert(told, all[i])
      table.insert(told, all[i + 1])
    end
  end
  return told
end
`

/** Call. Answers its receipt's fields. */
export const READ_CALL = script(`${NOW}${RECEIPT_OF}
return receipt_of(ARGV[1])
`)

/**
 * Where to begin (exclusive), how many rows, how old the oldest may be in ms. Answers {where the next page begins or '',
 * call, its receipt's fields, call, its receipt's fields, …}, newest first. A receipt may lapse long before the row that
 * leads to it; such a row is no end of the list, and leaves it.
 */
export const PAGE = script(`${NOW}${RECEIPT_OF}
redis.call('ZREMRANGEBYSCORE', 'parker:calls', '-inf', (now - ARGV[3]) * 1000)
local most, found = tonumber(ARGV[2]), {''}
local rows = redis.call('ZREVRANGEBYSCORE', 'parker:calls', ARGV[1], '-inf', 'WITHSCORES', 'LIMIT', 0, most + 1)
if #rows > 2 * most then found[1] = rows[2 * most] end
for i = 1, math.min(#rows, 2 * most), 2 do
  local told = receipt_of(rows[i])
  if #told > 0 then
    table.insert(found, rows[i])
    table.insert(found, told)
  else
    redis.call('ZREM', 'parker:calls', rows[i])
  end
end
return found
`)

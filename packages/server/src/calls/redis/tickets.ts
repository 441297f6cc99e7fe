import { randomUUID } from 'node:crypto'
import { NOW, script, TODAY } from '../../store/script.ts'
import { noRoomForTickets } from '../admission.ts'
import { type Admission, type CallLimits, MAX_TICKETS, type Tickets } from '../store.ts'
import { openSession, words } from './fields.ts'
import type { CallTimes } from './kept.ts'
import { type Run, unavailable } from './run.ts'
import type { Seal } from './seal.ts'
import { SLOT_MS, SLOTS } from './slots.ts'
import { withdrawals } from './withdrawals.ts'

/** What sealed sessions of callers' own may take, bytes: 5,000 with the longest instructions, in English. */
const MAX_SESSION_BYTES = 64_000_000

/**
 * Answers 0 where there is no room. A ticket is known for twice its life. What the tickets that can be spent take was kept
 * in this span of a life or in the one before; a session that many ask for is kept once in a span. `bytes`: what counts of
 * the session.
 */
const KEEP = script(`${NOW}
local ticket, client, session_id, name, sealed, bytes, life, most_tickets, most_bytes = unpack(ARGV)
local window = math.floor(now / life)
local kept, kept_before = 'parker:tickets:' .. window, 'parker:tickets:' .. (window - 1)
local session = 'parker:session:' .. window .. ':' .. name
bytes = redis.call('EXISTS', session) == 1 and 0 or tonumber(bytes)
local function held(what)
  return tonumber(redis.call('HGET', kept, what) or 0) + tonumber(redis.call('HGET', kept_before, what) or 0)
end
if held('tickets') >= tonumber(most_tickets) or held('bytes') + bytes > tonumber(most_bytes) then return 0 end
redis.call('HINCRBY', kept, 'tickets', 1)
redis.call('HINCRBY', kept, 'bytes', bytes)
redis.call('PEXPIRE', kept, life * 2)
redis.call('SET', session, sealed, 'NX', 'PX', (window + 2) * life - now)
local key = 'parker:ticket:' .. ticket
redis.call('HSET', key, 'client', client, 'session_id', session_id, 'session', session, 'expires', now + life)
redis.call('PEXPIRE', key, life * 2)
return 1
`)

/** Answers {state, call id, client, session id, sealed session}. */
const FIND = script(`${NOW}
local expires, used, call, client, session_id, session = unpack(redis.call(
  'HMGET', 'parker:ticket:' .. ARGV[1], 'expires', 'used', 'call', 'client', 'session_id', 'session'))
if not expires then return {'unknown'} end
if used then return {'used', call or ''} end
if now >= tonumber(expires) then return {'expired'} end
return {'ready', '', client, session_id, redis.call('GET', session)}
`)

/** Answers {verdict, ms to midnight where the budget of a day is used up}. */
const ADMIT = script(`${TODAY}${SLOTS}
local ticket, most_calls, most_own_calls, most_usd, most_own_usd, slot, attempt = unpack(ARGV)
local key = 'parker:ticket:' .. ticket
local expires, used, client = unpack(redis.call('HMGET', key, 'expires', 'used', 'client'))
if not expires then return {'unknown'} end
if used then return {'used'} end
if now >= tonumber(expires) then return {'expired'} end
local function slots_in(slots)
  redis.call('ZREMRANGEBYSCORE', slots, '-inf', now)
  return redis.call('ZCARD', slots)
end
if slots_in('parker:slots') >= tonumber(most_calls) then return {'full'} end
if slots_in('parker:slots:' .. client) >= tonumber(most_own_calls) then return {'too_many'} end
local function used_up(spent, limit) return limit > 0 and tonumber(redis.call('GET', spent) or 0) >= limit end
local spent = 'parker:usd:' .. day
if used_up(spent, tonumber(most_usd)) then return {'budget', to_midnight} end
if used_up(spent .. ':' .. client, tonumber(most_own_usd)) then return {'own_budget', to_midnight} end
redis.call('HSET', key, 'used', attempt)
hold_slot(ticket, client, now + slot)
return {'admitted'}
`)

/** Undoes an admission, if it was this attempt that was admitted. Where the ticket is forgotten by now, only its slot is freed. */
const WITHDRAW = script(`${SLOTS}
local ticket, client, attempt = unpack(ARGV)
local key = 'parker:ticket:' .. ticket
local used = redis.call('HGET', key, 'used')
if used ~= attempt and redis.call('EXISTS', key) == 1 then return 0 end
redis.call('HDEL', key, 'used')
free_slot(ticket, client)
return 1
`)

const RELEASE = script(`${SLOTS}
free_slot(ARGV[1], ARGV[2])
return 1
`)

export function redisTickets(run: Run, limits: CallLimits, { ticketMs, placingMs }: CallTimes, seal: Seal): Tickets {
  const { maxCalls, maxCallsPerClient, dailyUsd, clientDailyUsd } = limits
  /** Nobody renews a slot while its call is being placed. */
  const firstSlotMs = placingMs + SLOT_MS
  const bounds = [maxCalls, maxCallsPerClient, dailyUsd, clientDailyUsd, firstSlotMs]
  const unanswered = withdrawals(Math.max(firstSlotMs, ticketMs))

  return {
    async keepTicket(hash, { client, sessionId, session }) {
      const text = JSON.stringify(session)
      const sealed = seal.close(text)
      // Of shared ones there are as many as our names make; a flood of callers' own must not keep them out.
      const kept = [hash, client, sessionId, seal.nameOf(text), sealed, session.shared ? 0 : sealed.length, ticketMs]
      if ((await run(KEEP, ...kept, MAX_TICKETS, MAX_SESSION_BYTES)) === 0) throw noRoomForTickets()
    },
    async ticket(hash) {
      if (unanswered.has(hash)) throw unavailable()
      const [kind, callId, client = '', sessionId = '', sealed] = words(await run(FIND, hash))
      if (kind === 'used') return { kind, callId: callId || undefined }
      if (kind === 'expired') return { kind }
      const session = openSession(sealed, seal)
      return session ? { kind: 'ready', ticket: { client, sessionId, session } } : { kind: 'unknown' }
    },
    async admit(hash, client) {
      const attempt = randomUUID()
      const answer = run(ADMIT, hash, ...bounds, attempt)
      answer.catch(() => unanswered.begin(hash, () => run(WITHDRAW, hash, client, attempt)))
      const [kind, resetsIn] = words(await answer)
      return (resetsIn === undefined ? { kind } : { kind, resetsIn: Number(resetsIn) }) as Admission
    },
    async release(hash, client) {
      await run(RELEASE, hash, client)
    },
  }
}

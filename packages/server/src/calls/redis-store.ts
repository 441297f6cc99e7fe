import { randomUUID } from 'node:crypto'
import { LONGEST_SESSION_SECONDS } from '../catalogue/openai-limits.ts'
import { ServiceError } from '../errors.ts'
import type { Session } from '../session.ts'
import type { Store } from '../store/redis.ts'
import type { Script } from '../store/script.ts'
import { noRoomForTickets } from './admission.ts'
import type { EndReason, LiveCall, Receipt } from './call.ts'
import { amountsOf, fieldsOf, fieldsOfCall, liveCallOf, receiptOf, sessionOf } from './redis-fields.ts'
import * as scripts from './redis-scripts.ts'
import type { Seal } from './seal.ts'
import {
  type Admission,
  type CallLimits,
  type CallStore,
  MAX_TICKETS,
  type Standing,
  type TicketState,
} from './store.ts'
import { withdrawals } from './withdrawals.ts'

/** A watcher that has not reported for so long has died, milliseconds. Reports come four times as often. */
export const LEASE_MS = 8000
/** A call's slot that nobody renews is given back: longer than a takeover takes, milliseconds. */
const SLOT_MS = 120_000
/** Calls in Redis are kept for longer than they can last, milliseconds. */
const CALL_KEPT_MS = 2 * LONGEST_SESSION_SECONDS * 1000
/** What sealed sessions of callers' own may take, bytes: 5,000 with the longest instructions, in English. */
const MAX_SESSION_BYTES = 64_000_000
/** Calls that are taken over in one step. */
const MOST_TAKEN = 50

const unavailable = (cause?: unknown) => new ServiceError('store_unavailable', { retryAfter: 1, cause })

interface CallTimes {
  /** How long a ticket can be spent, milliseconds. */
  ticketMs: number
  /** The longest that the placing of a call takes, milliseconds. */
  placingMs: number
  /** How long receipts are kept, milliseconds. */
  historyMs: number
}

/** Tickets and calls in Redis, for all instances together. `instance` is a name that no other process has. */
export function redisCallStore(
  store: Store,
  limits: CallLimits,
  { ticketMs, placingMs, historyMs }: CallTimes,
  seal: Seal,
  instance: string,
): CallStore {
  /** Nobody renews a slot while its call is being placed. */
  const firstSlotMs = placingMs + SLOT_MS

  async function run(text: Script, ...args: (string | number)[]): Promise<unknown> {
    try {
      return await store.run(text, args.map(String))
    } catch (cause) {
      throw unavailable(cause)
    }
  }
  const unanswered = withdrawals(
    (hash, attempt) => run(scripts.WITHDRAW, hash, attempt),
    Math.max(firstSlotMs, ticketMs),
  )
  const words = async (answer: Promise<unknown>) => ((await answer) as unknown[]).map(String)

  /** Undefined where another key or another release has sealed it. */
  function openSession(sealed: string | undefined): Session | undefined {
    const text = sealed === undefined ? undefined : seal.open(sealed)
    return text === undefined ? undefined : sessionOf(text)
  }

  function begin(call: LiveCall): Promise<unknown> {
    const fields = fieldsOfCall(call, seal.close(JSON.stringify(call.session)))
    const kept = CALL_KEPT_MS + historyMs
    const ages = [Math.round(call.ageMs), Math.round(call.idleMs)]
    return run(scripts.BEGIN, call.id, call.ticket, instance, LEASE_MS, kept, ...ages, ...fields)
  }

  return {
    async keepTicket(hash, { client, sessionId, session }) {
      const text = JSON.stringify(session)
      const sealed = seal.close(text)
      // Of shared ones there are as many as our names make; a flood of callers' own must not keep them out.
      const kept = [hash, client, sessionId, seal.nameOf(text), sealed, session.shared ? 0 : sealed.length, ticketMs]
      if ((await run(scripts.KEEP_TICKET, ...kept, MAX_TICKETS, MAX_SESSION_BYTES)) === 0) throw noRoomForTickets()
    },
    async ticket(hash): Promise<TicketState> {
      if (unanswered.has(hash)) throw unavailable()
      const [kind, callId, client = '', sessionId = '', sealed] = await words(run(scripts.READ_TICKET, hash))
      if (kind === 'used') return { kind, callId: callId || undefined }
      if (kind === 'expired') return { kind }
      const session = openSession(sealed)
      return session ? { kind: 'ready', ticket: { client, sessionId, session } } : { kind: 'unknown' }
    },
    async admit(hash) {
      const { maxCalls, maxCallsPerClient, dailyUsd, clientDailyUsd } = limits
      const bounds = [maxCalls, maxCallsPerClient, dailyUsd, clientDailyUsd, firstSlotMs]
      const attempt = randomUUID()
      const answer = run(scripts.ADMIT, hash, ...bounds, attempt)
      answer.catch(() => unanswered.begin(hash, attempt))
      const [kind, resetsIn] = await words(answer)
      return (kind === 'budget' ? { kind, resetsIn: Number(resetsIn) } : { kind }) as Admission
    },
    async release(hash) {
      await run(scripts.RELEASE, hash)
    },
    async begin(call) {
      await begin(call)
    },
    async touch(calls, takingOver) {
      const told = calls.flatMap(({ id, idleMs }) => [id, Math.round(idleMs)])
      const answer = run(scripts.TOUCH, instance, LEASE_MS, SLOT_MS, takingOver ? 1 : 0, ...told)
      return (await words(answer)) as Standing[]
    },
    async addUsage({ id, client }, { name, usage }) {
      await run(scripts.ADD_USAGE, id, client, name, CALL_KEPT_MS, usage.usd.toFixed(9), ...amountsOf(usage))
    },
    async noteDrifts(id, drifts) {
      await run(scripts.NOTE_DRIFTS, id, drifts)
    },
    async beginEnd(id, reason) {
      return String(await run(scripts.BEGIN_END, id, reason)) as EndReason
    },
    async finish(id) {
      const fields = fieldsOf(await run(scripts.FINISH, id, historyMs, Math.max(historyMs, ticketMs)))
      return fields.ended === undefined ? undefined : receiptOf(id, fields)
    },
    async takeOver() {
      const [now, ...found] = (await run(scripts.TAKE_OVER, instance, LEASE_MS, MOST_TAKEN)) as unknown[]
      const calls: LiveCall[] = []
      for (let i = 0; i + 1 < found.length; i += 2) {
        const fields = fieldsOf(found[i + 1])
        calls.push(liveCallOf(String(found[i]), fields, openSession(fields.session), Number(now)))
      }
      return calls
    },
    async handOver(ids) {
      return Number(await run(scripts.HAND_OVER, instance, ...ids)) === 1
    },
    async unclaimed(ids) {
      return Number(await run(scripts.UNCLAIMED, ...ids)) === 1
    },
    async receipt(id) {
      const fields = fieldsOf(await run(scripts.READ_CALL, id))
      return fields.started === undefined ? undefined : receiptOf(id, fields)
    },
    async page(before, count) {
      const from = before === undefined ? '+inf' : `(${before}`
      const answer = await run(scripts.PAGE, from, count, historyMs + CALL_KEPT_MS)
      const [next, ...found] = answer as unknown[]
      const receipts: Receipt[] = []
      for (let i = 0; i + 1 < found.length; i += 2) receipts.push(receiptOf(String(found[i]), fieldsOf(found[i + 1])))
      return { receipts, next: next === '' ? undefined : Number(next) }
    },
  }
}

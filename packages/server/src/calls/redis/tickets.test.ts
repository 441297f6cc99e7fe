import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type RedisServer, startRedis } from '../../../../../test/harness/redis.ts'
import { systemClock } from '../../clock.ts'
import { Secret } from '../../secret.ts'
import { decideSession } from '../../session.ts'
import { connectStore, LONG_PATIENCE_MS, type Store } from '../../store/redis.ts'
import type { Ticket } from '../call.ts'
import { type CallStore, MAX_TICKETS, type TicketState } from '../store.ts'
import { sealWith } from './seal.ts'
import { redisCallStore } from './store.ts'

const LIMITS = { maxCalls: 100, maxCallsPerClient: 1, dailyUsd: 0, clientDailyUsd: 0 }
const PLACING_MS = 600_000
const TIMES = { ticketMs: 600_000, placingMs: PLACING_MS, historyMs: 86_400_000 }
const SEAL = sealWith(new Secret(Buffer.alloc(32, 'a').toString('base64url')))
const DEFAULTS = { REALTIME_MODEL: 'gpt-realtime', REALTIME_VOICE: 'verse', DEFAULT_INSTRUCTIONS: '' }

let redis: RedisServer
let connection: Store
let store: CallStore
before(async () => {
  redis = await startRedis()
  const { promise, resolve } = Promise.withResolvers<boolean>()
  connection = connectStore(new Secret(redis.url), systemClock, ({ up }) => up && resolve(up), LONG_PATIENCE_MS)
  await promise
  store = redisCallStore(connection, LIMITS, TIMES, SEAL, 'one')
})
after(async () => {
  connection.close()
  await redis.kill()
})

function ticketOf(client: string, instructions: string | null = null): Ticket {
  return { sessionId: 'sess_1', client, session: decideSession({ instructions }, DEFAULTS, 0) }
}

/** Asks for an admission whose answer does not come while anybody waits for it. */
async function admitLate(hash: string, client: string): Promise<void> {
  redis.pause()
  try {
    await assert.rejects(store.admit(hash, client), { type: 'store_unavailable' })
  } finally {
    redis.resume()
  }
}

/** How a ticket stands, as soon as that can be told. */
async function standing(hash: string, at = store): Promise<TicketState> {
  for (;;) {
    try {
      return await at.ticket(hash)
    } catch {
      await sleep(20)
    }
  }
}

it('gives back ticket and room of an admission whose answer came too late', async () => {
  await store.keepTicket('late', ticketOf('ann'))
  await store.keepTicket('other', ticketOf('ann'))
  await admitLate('late', 'ann')
  assert.equal((await standing('late')).kind, 'ready')
  assert.deepEqual(await store.admit('other', 'ann'), { kind: 'admitted' })
})

it('gives back nothing of what a rival has got for the same ticket', async () => {
  await store.keepTicket('rivals', ticketOf('bob'))
  assert.deepEqual(await store.admit('rivals', 'bob'), { kind: 'admitted' })
  await admitLate('rivals', 'bob')
  assert.deepEqual(await standing('rivals'), { kind: 'used', callId: undefined })
  assert.equal(await redis.ask('ZCARD', 'parker:slots:bob'), '1')
})

it('gives back the room of a call whose ticket has been forgotten meanwhile', async () => {
  const forget = (hash: string) => redis.ask('DEL', `parker:ticket:${hash}`)
  await store.keepTicket('old', ticketOf('eli'))
  assert.deepEqual(await store.admit('old', 'eli'), { kind: 'admitted' })
  await forget('old')
  await store.release('old', 'eli')
  assert.equal(await redis.ask('ZCARD', 'parker:slots:eli'), '0')

  await store.keepTicket('older', ticketOf('eli'))
  let asked = 0
  const late: Store = {
    ...connection,
    async run(script, args) {
      const answer = await connection.run(script, args)
      if (asked++ > 0) return answer
      await forget('older')
      throw new Error('too late')
    },
  }
  const impatient = redisCallStore(late, LIMITS, TIMES, SEAL, 'two')
  await assert.rejects(impatient.admit('older', 'eli'), { type: 'store_unavailable' })
  assert.equal((await standing('older', impatient)).kind, 'unknown')
  assert.equal(await redis.ask('ZCARD', 'parker:slots:eli'), '0')
})

it('holds the room of a call for longer than its placing can take', async () => {
  await store.keepTicket('slow', ticketOf('cid'))
  const before = Date.now()
  assert.deepEqual(await store.admit('slow', 'cid'), { kind: 'admitted' })
  for (const slots of ['parker:slots', 'parker:slots:cid']) {
    const lapses = Number(await redis.ask('ZSCORE', slots, 'slow'))
    assert.ok(lapses - before > PLACING_MS, `${lapses - before} ms`)
  }
})

/** Where Redis counts what is kept of tickets just now. */
async function countsKey(): Promise<string> {
  const [seconds] = (await redis.ask('TIME')).split('\n')
  return `parker:tickets:${Math.floor((Number(seconds) * 1000) / TIMES.ticketMs)}`
}

it('keeps a session that many ask for once, and no longer than their tickets can need it', async () => {
  await redis.ask('FLUSHALL')
  for (const client of ['dan', 'eve', 'fay']) await store.keepTicket(`of ${client}`, ticketOf(client))
  const names = await redis.ask('KEYS', 'parker:session:*')
  assert.equal(names.split('\n').length, 1)
  assert.ok(Number(await redis.ask('PTTL', names)) <= 2 * TIMES.ticketMs)
  assert.ok(Number(await redis.ask('MEMORY', 'USAGE', 'parker:ticket:of eve')) < 500)
  await store.admit('of dan', 'dan')
  await store.release('of dan', 'dan')
  assert.equal((await standing('of eve')).kind, 'ready')
})

it('refuses tickets beyond as many as are known at once', async () => {
  await redis.ask('HSET', await countsKey(), 'tickets', String(MAX_TICKETS - 1))
  await store.keepTicket('last', ticketOf('gus'))
  await assert.rejects(store.keepTicket('one more', ticketOf('gus')), { type: 'overloaded' })
  assert.deepEqual(await store.ticket('one more'), { kind: 'unknown' })
  await redis.ask('FLUSHALL')
})

it('refuses sessions of callers’ own beyond what all may take, and goes on with those that it has and with shared ones', async () => {
  await store.keepTicket('first', ticketOf('hal', 'Speak of zebras.'))
  await redis.ask('HSET', await countsKey(), 'bytes', '64000000')
  await assert.rejects(store.keepTicket('long', ticketOf('hal', 'z'.repeat(8000))), { type: 'overloaded' })
  await store.keepTicket('again', ticketOf('hal', 'Speak of zebras.'))
  assert.equal((await store.ticket('again')).kind, 'ready')
  await store.keepTicket('shared', ticketOf('ivy'))
})

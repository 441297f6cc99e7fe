import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type RedisServer, startRedis } from '../../../../test/harness/redis.ts'
import { systemClock } from '../clock.ts'
import { Secret } from '../secret.ts'
import { decideSession } from '../session.ts'
import { connectStore, type Store } from '../store/redis.ts'
import type { Ticket } from './call.ts'
import { redisCallStore } from './redis-store.ts'
import { sealWith } from './seal.ts'
import type { CallStore, TicketState } from './store.ts'

const LIMITS = { maxCalls: 100, maxCallsPerClient: 1, dailyUsd: 0, clientDailyUsd: 0 }
const PLACING_MS = 600_000
const TIMES = { ticketMs: 600_000, placingMs: PLACING_MS, historyMs: 86_400_000 }
const PATIENCE_MS = 300
const SEAL = sealWith(new Secret(Buffer.alloc(32, 'a').toString('base64url')))
const DEFAULTS = { REALTIME_MODEL: 'gpt-realtime', REALTIME_VOICE: 'verse', DEFAULT_INSTRUCTIONS: '' }

let redis: RedisServer
let connection: Store
let store: CallStore
before(async () => {
  redis = await startRedis()
  const { promise, resolve } = Promise.withResolvers<boolean>()
  connection = connectStore(new Secret(redis.url), systemClock, ({ up }) => up && resolve(up), PATIENCE_MS)
  await promise
  store = redisCallStore(connection, LIMITS, TIMES, SEAL, 'one')
})
after(async () => {
  connection.close()
  await redis.kill()
})

function ticketOf(client: string): Ticket {
  return { sessionId: 'sess_1', client, session: decideSession({}, DEFAULTS, 0) }
}

/** How a ticket stands, as soon as that can be told. */
async function standing(hash: string): Promise<TicketState> {
  for (;;) {
    try {
      return await store.ticket(hash)
    } catch {
      await sleep(20)
    }
  }
}

it('gives back ticket and room of an admission whose answer came too late', async () => {
  await store.keepTicket('late', ticketOf('ann'))
  await store.keepTicket('other', ticketOf('ann'))
  await redis.ask('CLIENT', 'PAUSE', '500')
  await assert.rejects(store.admit('late'), { type: 'store_unavailable' })
  assert.equal((await standing('late')).kind, 'ready')
  assert.deepEqual(await store.admit('other'), { kind: 'admitted' })
})

it('gives back nothing of what a rival has got for the same ticket', async () => {
  await store.keepTicket('rivals', ticketOf('bob'))
  assert.deepEqual(await store.admit('rivals'), { kind: 'admitted' })
  await redis.ask('CLIENT', 'PAUSE', '500')
  await assert.rejects(store.admit('rivals'), { type: 'store_unavailable' })
  assert.deepEqual(await standing('rivals'), { kind: 'used', callId: undefined })
  assert.equal(await redis.ask('ZCARD', 'parker:slots:bob'), '1')
})

it('holds the room of a call for longer than its placing can take', async () => {
  await store.keepTicket('slow', ticketOf('cid'))
  const before = Date.now()
  assert.deepEqual(await store.admit('slow'), { kind: 'admitted' })
  for (const slots of ['parker:slots', 'parker:slots:cid']) {
    const lapses = Number(await redis.ask('ZSCORE', slots, 'slow'))
    assert.ok(lapses - before > PLACING_MS, `${lapses - before} ms`)
  }
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Minted } from '../upstream/answer.ts'
import type { OpenAi } from '../upstream/openai.ts'
import type { MintOrder } from '../upstream/order.ts'
import { pooled } from './kinds.ts'
import { secretPool } from './pool.ts'

const TTL = 600
const SETTINGS = {
  TOKEN_TTL_SECONDS: TTL,
  POOL_ENABLED: true,
  POOL_MAX_PER_KEY: 4,
  POOL_MAX_TOTAL: 8,
  POOL_MIN_REMAINING_SECONDS: 120,
  POOL_MINTS_PER_MINUTE: 100,
  MAX_IN_FLIGHT: 200,
}

/** One thing that can happen next. */
type Step =
  | { do: 'ask'; order: number; hangsUp: boolean }
  | { do: 'answer'; pick: number; ok: boolean }
  | { do: 'wait'; seconds: number }
  | { do: 'connection'; up: boolean }

const ORDERS: { order: MintOrder; shared: boolean }[] = [
  { order: { body: 'a', safetyIdentifier: undefined }, shared: true },
  { order: { body: 'b', safetyIdentifier: undefined }, shared: true },
  { order: { body: 'own words', safetyIdentifier: undefined }, shared: false },
  { order: { body: 'a', safetyIdentifier: 'client-1' }, shared: false },
  { order: { body: 'a', safetyIdentifier: 'client-2' }, shared: false },
]

const steps = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('ask' as const), order: fc.nat(ORDERS.length - 1), hangsUp: fc.boolean() }),
    fc.record({ do: fc.constant('ask' as const), order: fc.constant(0), hangsUp: fc.constant(false) }),
    fc.record({ do: fc.constant('answer' as const), pick: fc.nat(20), ok: fc.boolean() }),
    fc.record({ do: fc.constant('answer' as const), pick: fc.nat(20), ok: fc.constant(true) }),
    fc.record({ do: fc.constant('wait' as const), seconds: fc.nat(300) }),
    fc.record({ do: fc.constant('connection' as const), up: fc.boolean() }),
  ),
  { maxLength: 120 },
)

const nameOf = ({ body, safetyIdentifier }: MintOrder) => `${body}/${safetyIdentifier}`

/** The pool between callers and an OpenAI whose answers come when, and as, the steps say. */
function stage(settings = SETTINGS, lifeSeconds = TTL) {
  let now = 0
  let connected = true
  let serial = 0
  const clock = { now: () => now * 1000, mono: () => now * 1000 }
  const open: { settle(ok: boolean): void }[] = []
  const mint = (order: MintOrder) =>
    new Promise<Minted>((resolve, reject) => {
      open.push({
        settle(ok) {
          const value = `${nameOf(order)}#${serial++}`
          if (ok)
            resolve({ value, expiresAt: now + lifeSeconds, lifeSeconds, sessionId: undefined, openAiRequestId: '' })
          else reject(new Error('no'))
        },
      })
    })
  const openai = {
    mintQuietly: mint,
    load: { inFlight: 0 },
    health: {
      known: true,
      get connected() {
        return connected
      },
    },
    breaker: { state: { name: 'closed', failures: 0 } },
  }
  const shortLives: number[] = []
  const pool = secretPool(settings, openai as unknown as OpenAi, clock, life => shortLives.push(life))
  const handedOut: { to: string; value: string; remaining: number; warm: boolean }[] = []

  async function ask({ order, shared }: (typeof ORDERS)[number], hangsUp: boolean): Promise<void> {
    const hand = (secret: { value: string; endsAt: number }, warm: boolean) =>
      handedOut.push({ to: nameOf(order), value: secret.value, remaining: secret.endsAt / 1000 - now, warm })
    const ready = pool.take(order, shared)
    if (ready) return void hand(ready, true)
    const sentAt = clock.mono()
    const found = await pool.claim(order)
    const minted = found ?? (await mint(order).catch(() => undefined))
    if (!minted) return
    const secret = found ?? pooled(minted, 'own', sentAt, TTL)
    if (hangsUp) pool.deposit(order, secret)
    else hand(secret, false)
  }

  return {
    pool,
    handedOut,
    shortLives,
    async run(step: Step) {
      if (step.do === 'ask') void ask(ORDERS[step.order] ?? assert.fail(), step.hangsUp)
      if (step.do === 'answer') open.splice(step.pick % Math.max(1, open.length), 1)[0]?.settle(step.ok)
      if (step.do === 'wait') now += step.seconds
      if (step.do === 'connection') connected = step.up
      await new Promise(setImmediate)
    },
  }
}

describe('over any interleaving of requests, answers, failures, waits and hang-ups', () => {
  it('no secret is handed out twice, or to a request that would have asked for something else', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async script => {
        const { pool, handedOut, run } = stage()
        for (const step of script) {
          await run(step)
          const { mostOfAKind, inAll } = pool.census()
          assert.ok(mostOfAKind <= SETTINGS.POOL_MAX_PER_KEY && inAll <= SETTINGS.POOL_MAX_TOTAL)
          assert.ok(inAll >= pool.stats().entries)
        }
        assert.equal(new Set(handedOut.map(one => one.value)).size, handedOut.length)
        for (const { to, value, remaining, warm } of handedOut) {
          assert.ok(value.startsWith(`${to}#`), `${value} went to ${to}`)
          if (warm) assert.ok(remaining >= SETTINGS.POOL_MIN_REMAINING_SECONDS && remaining <= TTL)
        }
      }),
      { numRuns: 300 },
    )
  })
})

it('drops no secret for one that the quota of mints does not allow', async () => {
  const { pool, run } = stage({ ...SETTINGS, POOL_MAX_TOTAL: 2, POOL_MINTS_PER_MINUTE: 2 })
  const asking = (order: number): Step => ({ do: 'ask', order, hangsUp: false })
  const answers: Step[] = Array.from({ length: 3 }, () => ({ do: 'answer', pick: 0, ok: true }))
  for (const step of [asking(0), ...answers, asking(1), asking(1), asking(1)]) await run(step)
  assert.equal(pool.stats().entries, 2)
  await run({ do: 'wait', seconds: 60 })
  for (const step of [asking(1), ...answers, ...answers]) await run(step)
  const { entries, minted, expired_unused } = pool.stats()
  assert.deepEqual({ entries, minted, expired_unused }, { entries: 2, minted: 4, expired_unused: 2 })
})

it('rests for ten minutes where secrets live too short to be kept, and says so once', async () => {
  const { pool, shortLives, run } = stage(SETTINGS, 60)
  const asked: Step[] = [{ do: 'ask', order: 0, hangsUp: false }, ...Array(3).fill({ do: 'answer', pick: 0, ok: true })]
  const waits = Array.from({ length: 20 }, (): Step => ({ do: 'wait', seconds: 20 }))
  for (const wait of waits) for (const step of [...asked, wait]) await run(step)
  assert.equal(pool.stats().minted, 2)
  assert.deepEqual(shortLives, [60])
  await run({ do: 'wait', seconds: 300 })
  for (const step of asked) await run(step)
  assert.equal(pool.stats().minted, 4)
  assert.deepEqual(shortLives, [60, 60])
})

it('a secret that OpenAI gives a shorter life than asked for is dropped by that life', () => {
  const minted = { value: 'x', expiresAt: 60, lifeSeconds: 60, sessionId: undefined, openAiRequestId: '' }
  assert.equal(pooled(minted, 'id', 5000, 600).endsAt, 65_000)
})

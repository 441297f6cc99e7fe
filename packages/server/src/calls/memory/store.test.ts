import assert from 'node:assert/strict'
import { it } from 'node:test'
import { systemClock } from '../../clock.ts'
import { decideSession } from '../../session.ts'
import { noUsage, type Receipt, secondsOf } from '../call.ts'
import type { Page } from '../store.ts'
import { memoryCallStore } from './store.ts'

const TICKET_MS = 600_000
const HISTORY_MS = 86_400_000
const NO_LIMITS = { maxCalls: 100, maxCallsPerClient: 100, dailyUsd: 0, clientDailyUsd: 0 }
const DEFAULTS = { REALTIME_MODEL: 'gpt-realtime', REALTIME_VOICE: 'verse', DEFAULT_INSTRUCTIONS: '' }
const TICKET = { sessionId: 'sess_1', client: 'ann', session: decideSession({}, DEFAULTS, 0) }
const BEGUN = { ageMs: 0, idleMs: 0, usage: noUsage(), drifts: 0, reason: undefined }

/** A store whose time passes when the test says so, and a call in it that has ended. */
async function storeWithEndedCall() {
  let time = Date.parse('2026-11-27T12:00:00Z')
  let set = 0
  const store = memoryCallStore(NO_LIMITS, TICKET_MS, HISTORY_MS, { now: () => time + set, mono: () => time })
  await store.keepTicket('hash', TICKET)
  assert.deepEqual(await store.admit('hash', 'ann'), { kind: 'admitted' })
  await store.begin({ ...TICKET, ...BEGUN, id: 'rtc_1', ticketHash: 'hash' })
  time += 60_000
  assert.equal(await store.beginEnd('rtc_1', 'owner'), 'owner')
  assert.ok(await store.finish('rtc_1'))
  return {
    store,
    pass(ms: number) {
      time += ms
    },
    setClock(ms: number) {
      set += ms
    },
  }
}

it('keeps a receipt, and the ticket that reads it, for its time after the end and no longer', async () => {
  const { store, pass } = await storeWithEndedCall()
  pass(HISTORY_MS - 1)
  // Room is made for it by the tickets that nobody needs any more.
  await store.keepTicket('another', TICKET)
  assert.equal((await store.receipt('rtc_1'))?.reason, 'owner')
  assert.deepEqual(await store.ticket('hash'), { kind: 'used', callId: 'rtc_1' })
  pass(1)
  assert.equal(await store.receipt('rtc_1'), undefined)
  assert.deepEqual(await store.ticket('hash'), { kind: 'unknown' })
})

it('counts two calls that OpenAI names alike as the first one, and gives its room back at its end', async () => {
  const store = memoryCallStore({ ...NO_LIMITS, maxCalls: 2 }, TICKET_MS, HISTORY_MS, systemClock)
  const place = async (ticketHash: string) => {
    await store.keepTicket(ticketHash, TICKET)
    assert.deepEqual(await store.admit(ticketHash, TICKET.client), { kind: 'admitted' })
    await store.begin({ ...TICKET, ...BEGUN, id: 'rtc_1', ticketHash })
  }
  await place('first')
  await store.addUsage({ id: 'rtc_1', client: 'ann' }, { name: 'resp_1', usage: { ...noUsage(), usd: 1 } })
  await place('second')
  assert.equal((await store.finish('rtc_1'))?.usage.usd, 1)
  for (const hash of ['third', 'fourth']) {
    await store.keepTicket(hash, TICKET)
    assert.deepEqual(await store.admit(hash, TICKET.client), { kind: 'admitted' })
  }
})

it('keeps the first reason, and tells of an end once', async () => {
  const { store } = await storeWithEndedCall()
  assert.equal(await store.beginEnd('rtc_1', 'idle'), 'owner')
  assert.equal(await store.finish('rtc_1'), undefined)
})

it('lists calls newest first by their beginnings, whichever ended first', async () => {
  const { store, pass } = await storeWithEndedCall()
  for (const id of ['rtc_2', 'rtc_3', 'rtc_4']) await store.begin({ ...TICKET, ...BEGUN, id, ticketHash: id })
  for (const id of ['rtc_3', 'rtc_2']) await store.finish(id)
  const ids = ({ receipts }: Page) => receipts.map(({ id }) => id)
  const first = await store.page(undefined, 3)
  assert.deepEqual([ids(first), ids(await store.page(first.next, 3))], [['rtc_4', 'rtc_3', 'rtc_2'], ['rtc_1']])
  pass(HISTORY_MS)
  assert.deepEqual(ids(await store.page(undefined, 3)), ['rtc_4'])
})

it('counts the seconds of a call by no clock that can be set', async () => {
  const { store, pass, setClock } = await storeWithEndedCall()
  await store.begin({ ...TICKET, ...BEGUN, id: 'rtc_2', ticketHash: 'rtc_2' })
  pass(3000)
  setClock(-7_200_000)
  const seconds = async () => secondsOf((await store.receipt('rtc_2')) as Receipt)
  assert.equal(await seconds(), 3)
  setClock(2 * HISTORY_MS)
  pass(2000)
  await store.finish('rtc_2')
  assert.equal(await seconds(), 5)
  assert.ok(await store.receipt('rtc_1'), 'nor is anything forgotten early')
})

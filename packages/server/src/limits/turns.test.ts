import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate as settle } from 'node:timers/promises'
import fc from 'fast-check'
import { type Turns, turns } from './turns.ts'

const LONG_MS = 600_000

/** One request that asked for a turn, and what has become of it. */
function request(line: Turns, client: string) {
  const caller = new AbortController()
  const state = {
    status: 'waiting' as 'waiting' | 'working' | 'late' | 'gone',
    end: () => {},
    hangUp: () => caller.abort(new Error('gone')),
  }
  Promise.resolve(line.take(client) ?? line.wait(client, caller.signal)).then(
    end => {
      state.status = end ? 'working' : 'late'
      if (end) state.end = end
    },
    () => {
      state.status = 'gone'
    },
  )
  return state
}

/** Whether anything is left of a client: with nothing to wait for, a wait is over at once. */
async function isForgotten(line: Turns, client: string): Promise<boolean> {
  const late = request({ ...line, take: () => undefined }, client)
  await settle()
  const forgotten = late.status === 'late'
  late.hangUp()
  return forgotten
}

const statusOf = (requests: { status: string }[]) => requests.map(({ status }) => status)

describe('turns', () => {
  it('are given at once up to the limit, and then in the order of asking', async () => {
    const line = turns(2, LONG_MS)
    const requests = [1, 2, 3, 4].map(() => request(line, 'a'))
    await settle()
    assert.deepEqual(statusOf(requests), ['working', 'working', 'waiting', 'waiting'])
    requests[1]?.end()
    await settle()
    assert.deepEqual(statusOf(requests).slice(2), ['working', 'waiting'])
    requests[0]?.end()
    requests[2]?.end()
    await settle()
    assert.equal(requests[3]?.status, 'working')
    requests[3]?.end()
  })

  it("of one client are none of another's business", async () => {
    const line = turns(1, LONG_MS)
    const [first, other] = [request(line, 'a'), request(line, 'b')]
    await settle()
    assert.deepEqual(statusOf([first, other]), ['working', 'working'])
    first.end()
    other.end()
  })

  it('that end twice free one place only', async () => {
    const line = turns(1, LONG_MS)
    const requests = [1, 2, 3].map(() => request(line, 'a'))
    await settle()
    requests[0]?.end()
    requests[0]?.end()
    await settle()
    assert.deepEqual(statusOf(requests).slice(1), ['working', 'waiting'])
    requests[1]?.end()
    await settle()
    requests[2]?.end()
  })

  it('are not given to a caller who has gone, neither before nor while waiting', async () => {
    const line = turns(1, LONG_MS)
    const requests = [1, 2, 3].map(() => request(line, 'a'))
    await assert.rejects(line.wait('a', AbortSignal.abort(new Error('gone'))), { message: 'gone' })
    await settle()
    requests[1]?.hangUp()
    requests[0]?.end()
    await settle()
    assert.deepEqual(statusOf(requests).slice(1), ['gone', 'working'])
    requests[2]?.end()
  })

  it('that do not come in time are refused, and leave the line to the others', async t => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const line = turns(1, 10_000)
    const early = [1, 2].map(() => request(line, 'a'))
    await settle()
    t.mock.timers.tick(6000)
    const late = request(line, 'a')
    await settle()
    t.mock.timers.tick(3999)
    await settle()
    assert.equal(early[1]?.status, 'waiting')
    t.mock.timers.tick(1)
    await settle()
    assert.deepEqual(statusOf([...early, late]), ['working', 'late', 'waiting'])
    early[0]?.end()
    await settle()
    assert.equal(late.status, 'working')
    t.mock.timers.tick(60_000)
    await settle()
    assert.equal(late.status, 'working')
    late.end()
  })

  it('leave nothing behind', async () => {
    const line = turns(1, LONG_MS)
    const requests = Array.from({ length: 50 }, (_, i) => request(line, `client-${i % 7}`))
    for (const each of requests) {
      await settle()
      each.end()
    }
    for (let i = 0; i < 7; i++) assert.ok(await isForgotten(line, `client-${i}`))
  })
})

describe('in any interleaving of taking, ending and hanging up', () => {
  const op = fc.record({
    act: fc.constantFrom('take', 'take', 'end', 'hang up'),
    client: fc.constantFrom('a', 'b'),
    pick: fc.nat(50),
    settled: fc.boolean(),
  })

  it('never more than the limit work, nobody is passed over, and nobody waits while there is room', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(op, { maxLength: 60 }), async (atOnce, ops) => {
        const line = turns(atOnce, LONG_MS)
        const all = { a: [], b: [] } as Record<string, ReturnType<typeof request>[]>
        for (const { act, client, pick, settled } of ops) {
          const requests = all[client] ?? []
          if (act === 'take') requests.push(request(line, client))
          const working = requests.filter(({ status }) => status === 'working')
          const chosen = working[pick % Math.max(1, working.length)]
          if (act === 'end' && chosen) {
            chosen.end()
            chosen.status = 'gone'
          }
          const waiting = requests.filter(({ status }) => status === 'waiting')
          // Only callers who surely wait hang up: one whose turn has just come may or may not still get it.
          if (act === 'hang up' && settled) {
            await settle()
            waiting[pick % Math.max(1, waiting.length)]?.hangUp()
          }
          if (settled) await settle()
          check(requests, atOnce, settled)
        }
        await drainAll(all)
        for (const client of Object.keys(all)) assert.ok(await isForgotten(line, client))
      }),
      { numRuns: 60 },
    )
  })

  function check(requests: { status: string }[], atOnce: number, settled: boolean): void {
    const states = statusOf(requests)
    const working = states.filter(status => status === 'working').length
    assert.ok(working <= atOnce, `${working} at once`)
    if (!settled) return
    const waiting = states.indexOf('waiting')
    if (waiting === -1) return
    assert.equal(working, atOnce)
    assert.equal(states.indexOf('working', waiting), -1, 'someone was passed over')
  }

  async function drainAll(all: Record<string, ReturnType<typeof request>[]>): Promise<void> {
    for (;;) {
      await settle()
      const working = Object.values(all)
        .flat()
        .filter(({ status }) => status === 'working')
      if (working.length === 0) return
      for (const one of working) {
        one.end()
        one.status = 'gone'
      }
    }
  }
})

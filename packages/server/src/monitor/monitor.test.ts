import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it, mock } from 'node:test'
import type { Clock } from '../clock.ts'
import { createMonitor, type Monitor } from './monitor.ts'
import type { Gauges, Point } from './points.ts'

const WELL: Gauges = { breaker: 'closed', openai_connected: true, openai_in_flight: 0, pool_ready: 2, lag_ms: 0 }
const KIND = { voice: 'verse', model: 'gpt-realtime', difficulty: 'easy', mode: undefined }

let time: number
let monitor: Monitor

beforeEach(() => {
  mock.timers.enable({ apis: ['setInterval'] })
  time = 1_795_435_200_000
  const clock: Clock = { now: () => time, mono: () => time }
  const readWindow = () => new Promise<never>(() => {})
  monitor = createMonitor({ clock, readGauges: () => WELL, readWindow })
})
afterEach(() => {
  monitor.end()
  mock.timers.reset()
})

function pass(seconds: number): void {
  for (let passed = 0; passed < seconds; passed += 5) {
    time += 5000
    mock.timers.tick(5000)
  }
}

/** What somebody who comes now is told first. */
function history(): { points: Point[]; errors: { type: string; request_id: string }[]; comments: unknown[] } {
  let told = ''
  const stop = monitor.watch((event, json) => {
    if (event === 'history') told = json
  })
  stop()
  return JSON.parse(told)
}

const end = (requestId: string, status: number, errorType: string | undefined, tokenRefused = true) =>
  monitor.ended({ requestId, route: '/v1/realtime/token', tokenRefused, status, errorType })

describe('a point', () => {
  it('counts outcomes of its five seconds, each once, and starts again', () => {
    monitor.issued(true, 0, 0.3)
    monitor.issued(false, 400, 0.5)
    end('a', 200, undefined, false)
    end('b', 429, 'rate_limited')
    end('c', 422, 'validation_failed')
    end('d', 502, 'upstream_unavailable')
    end('e', 499, undefined)
    end('f', 499, undefined, false)
    pass(10)
    const [first, second] = history().points
    const { warm, cold, limited, refused, failed, gone, limits } = first as Point
    assert.deepEqual([warm, cold, limited, refused, failed, gone], [1, 1, 1, 1, 1, 1])
    assert.deepEqual(limits, { rate_limited: 1 })
    assert.deepEqual([second?.warm, second?.cold, second?.failed, second?.own_ms, second?.limits], [0, 0, 0, null, {}])
  })

  it('tells mint times of cold credentials only, and own times of all', () => {
    monitor.issued(true, 0, 0.2)
    monitor.issued(false, 400, 2)
    pass(5)
    const [point] = history().points
    assert.ok(Math.abs((point?.mint_ms?.p50 ?? 0) - 400) <= 4, JSON.stringify(point))
    assert.ok(Math.abs((point?.own_ms?.p50 ?? 0) - 0.2) <= 0.01, JSON.stringify(point))
  })
})

describe('a ticket', () => {
  it('is neither warm nor cold, and nothing was minted for it', () => {
    monitor.issued(undefined, 0, 0.2)
    pass(5)
    const [point] = history().points
    assert.deepEqual([point?.ticket, point?.warm, point?.cold, point?.mint_ms], [1, 0, 0, null])
  })
})

describe('the history', () => {
  it('goes back an hour, and no further', () => {
    pass(2 * 3600)
    const { points } = history()
    assert.equal(points.length, 720)
    assert.equal((points.at(-1)?.time ?? 0) - (points[0]?.time ?? 0), 3595)
  })

  it('keeps ten errors of a type, so that a flood of one does not wash away another', () => {
    end('rare', 500, 'internal')
    for (let i = 0; i < 10_000; i++) end(`flood-${i}`, 429, 'rate_limited')
    const { errors } = history()
    assert.equal(errors.length, 11)
    assert.ok(errors.some(({ request_id }) => request_id === 'rare'))
    assert.ok(errors.some(({ request_id }) => request_id === 'flood-9999'))
  })

  it('keeps fifty comments, and reports without words are none', () => {
    monitor.commented(KIND, 'silent', { rating: 5 }, undefined)
    for (let i = 0; i < 60; i++) monitor.commented(KIND, `r-${i}`, { comment: `words ${i}` }, 4.2)
    assert.equal(history().comments.length, 50)
    assert.deepEqual((history().comments.at(-1) as { comment: string }).comment, 'words 59')
  })
})

describe('a watcher', () => {
  it('is told what is new with each point, and everything once', () => {
    const heard: { event: string; errors: number }[] = []
    end('before', 500, 'internal')
    pass(5)
    monitor.watch((event, json) => heard.push({ event, errors: JSON.parse(json).errors?.length ?? 0 }))
    end('after', 500, 'internal')
    pass(10)
    monitor.end()
    assert.deepEqual(heard, [
      { event: 'history', errors: 1 },
      { event: 'now', errors: 1 },
      { event: 'now', errors: 0 },
      { event: 'end', errors: 0 },
    ])
  })

  it('is told once what came shortly before it did, and others are told it with the point', () => {
    const told = { early: [] as string[], late: [] as string[] }
    const listen = (to: string[]) => (event: string, json: string) => {
      const { errors = [], comments = [] } = JSON.parse(json)
      for (const { request_id } of [...errors, ...comments]) to.push(`${event} ${request_id}`)
    }
    monitor.watch(listen(told.early))
    end('error', 500, 'internal')
    monitor.commented(KIND, 'words', { comment: 'well said' }, 4.2)
    monitor.watch(listen(told.late))
    end('after', 500, 'internal')
    pass(10)
    assert.deepEqual(told, {
      early: ['now error', 'now after', 'now words'],
      late: ['history error', 'history words', 'now after'],
    })
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { coresIn } from '../bench/cores.ts'
import { percentile, spreadOf } from '../bench/figures.ts'
import { readAnswer } from '../bench/line.ts'
import { measure, type Results } from '../bench/measure.ts'
import { page } from '../bench/page.ts'
import { FULL, type Plan } from '../bench/plan.ts'

const TINY: Plan = {
  rounds: 1,
  warmUpSeconds: 0.1,
  turnSeconds: 0.1,
  bursts: 1,
  halfLoadSeconds: 0.1,
  memoryRequests: 100,
  starts: 1,
}

const FACTS = [['Node', process.versions.node]] as const

describe('the benchmark', () => {
  it('measures the service beside its yardsticks and makes a page of it', async () => {
    const results = await measure(TINY, { prefix: [], words: '' }, false, () => {})
    const names = [
      'bare proxy',
      'this service, cold',
      'this service, warm',
      'this service, warm, from stock',
      'this service, cold, limits in Redis',
      'Express, fetch',
    ]
    assert.deepEqual(
      results.throughput.map(({ name }) => name),
      names,
    )
    for (const { perSecond } of results.throughput) assert.ok(perSecond.median > 0)
    assert.equal(results.throughput[1]?.warmShare, 0)
    assert.equal(results.throughput[3]?.warmShare, 1)
    const text = page(results, FACTS, TINY)
    for (const { name } of [...results.throughput, ...results.footprints]) assert.ok(text.includes(`| ${name}`), name)
    assert.doesNotMatch(text, /undefined|NaN|\[object/)
  })

  it('sets its page out the same way whatever the figures', () => {
    const shape = (text: string) => text.replaceAll(/[\d.,]+/g, '0')
    assert.equal(shape(page(madeUp(100, 1), FACTS, FULL)), shape(page(madeUp(20_000, 1), FACTS, FULL)))
  })

  it('does not call a run warm in which more than one in a hundred waited for OpenAI', () => {
    assert.match(page(madeUp(100, 0.99), FACTS, FULL), /this service, warm \(99\.0 % warm\)/)
    assert.match(page(madeUp(100, 0.9899), FACTS, FULL), /only 98\.9 % warm: does not count as warm/)
  })

  it('reads an answer only when all of it has come', () => {
    const body = '{"client_secret":"ek_1","model":"m"}'
    const text = `HTTP/1.1 200 OK\r\nServer-Timing: total;dur=1.5, openai;dur=1.0\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    for (let length = 0; length < text.length; length++)
      assert.equal(readAnswer(Buffer.from(text.slice(0, length))), undefined)
    assert.deepEqual(readAnswer(Buffer.from(text)), { status: 200, secret: 'ek_1', timing: { total: 1.5, openAi: 1 } })
  })

  it("reads the kernel's lists of cores", () => {
    assert.deepEqual(coresIn('0-2,5'), [0, 1, 2, 5])
    assert.deepEqual(coresIn('3'), [3])
    assert.deepEqual(coresIn(''), [])
  })

  it('takes percentiles by the nearest rank', () => {
    const values = [5, 1, 4, 2, 3]
    assert.deepEqual([percentile(values, 50), percentile(values, 99), percentile(values, 1)], [3, 5, 1])
    assert.deepEqual(spreadOf(values), { median: 3, least: 1, most: 5 })
    assert.throws(() => percentile([], 50), RangeError)
  })
})

/** Results of which only the rate and the warm share matter. */
function madeUp(rate: number, warmShare: number): Results {
  const perSecond = spreadOf([rate])
  const times = { p50: 1, p95: 2, p99: 3 }
  const throughput = ['bare proxy', 'this service, warm'].map(name => ({
    name,
    perSecond,
    cpuMicros: undefined,
    warmShare,
  }))
  return {
    ceiling: rate,
    throughput,
    pace: rate,
    halfLoad: [{ name: 'bare proxy', waits: times, own: undefined }],
    overload: [
      {
        name: 'this service, cold',
        latencyMs: 0,
        peak: rate,
        times: 1,
        offered: rate,
        served: rate,
        refused: 0,
        unsent: 0,
      },
    ],
    footprints: [{ name: 'bare proxy', memory: undefined, firstAnswerMs: spreadOf([rate]) }],
  }
}

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createReporter } from './report.ts'
import type { Service } from './service.ts'
import type { CallReport } from './summary.ts'
import { createStopwatch } from './timings.ts'
import type { Token } from './wire.ts'

/** A reporter whose service fails so many times, and what reached the service. */
function reporting(failures: number) {
  const reports: CallReport[] = []
  const service = {
    async report(_token: Token, report: CallReport) {
      reports.push(report)
      if (reports.length <= failures) throw new Error('unreachable')
    },
  } as Partial<Service> as Service
  const reporter = createReporter(service, createStopwatch(), () => ({ name: 'ended', reason: 'hung-up' }))
  const begin = () => reporter.session({ report_key: 'rk' } as Token)
  return { begin, reporter, ratings: () => reports.map(({ rating }) => rating) }
}

it('a report goes out once, however often it is asked for', async () => {
  const { begin, reporter, ratings } = reporting(0)
  begin()
  const outcomes = await Promise.all([reporter.report({ rating: 4 }), reporter.report({ rating: 5 })])
  assert.deepEqual([...outcomes, await reporter.report()], [true, false, false])
  assert.deepEqual(ratings(), [4])
})

it('without a token there is nothing to report on', async () => {
  const { reporter, ratings } = reporting(0)
  assert.equal(await reporter.report({ rating: 4 }), false)
  assert.deepEqual(ratings(), [])
})

it('a report that failed says so, and can be made again', async () => {
  const { begin, reporter, ratings } = reporting(1)
  begin()
  await assert.rejects(reporter.report({ rating: 4 }), { message: 'unreachable' })
  assert.equal(await reporter.report({ rating: 5 }), true)
  assert.equal(await reporter.report(), false)
  assert.deepEqual(ratings(), [4, 5])
})

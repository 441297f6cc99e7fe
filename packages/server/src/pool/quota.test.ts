import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { minuteQuota } from './quota.ts'

it('lets through no more than its number in any 60 s', () => {
  const gaps = fc.array(fc.double({ min: 0, max: 30_000, noNaN: true }), { maxLength: 200 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10 }), gaps, (perMinute, waits) => {
      let now = 0
      const quota = minuteQuota(perMinute, () => now)
      const taken: number[] = []
      for (const wait of waits) {
        now += wait
        const inWindow = taken.filter(time => now - time < 60_000).length
        const left = quota.left()
        const granted = quota.take()
        assert.equal(left, granted)
        assert.equal(granted, inWindow < perMinute)
        if (granted) taken.push(now)
      }
    }),
  )
})

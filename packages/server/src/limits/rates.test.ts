import assert from 'node:assert/strict'
import { it } from 'node:test'
import { memoryRates, type Ruling } from './rates.ts'

const NOON = Date.parse('2026-11-23T12:00:00Z')

function rates(perMinute: number, perDay: number, global = 0) {
  const clock = { wall: NOON, mono: 0 }
  const config = {
    RATE_LIMIT_PER_MINUTE: perMinute,
    RATE_LIMIT_PER_DAY: perDay,
    RATE_LIMIT_GLOBAL_PER_DAY: global,
  }
  const limits = memoryRates(config, { now: () => clock.wall, mono: () => clock.mono })
  return { clock, rule: (client: string) => limits.rule(client) as Ruling }
}

it('a request over the minute takes nothing from the day', () => {
  const { clock, rule } = rates(1, 2)
  assert.equal(rule('a').day?.granted, true)
  for (let i = 0; i < 5; i++) assert.deepEqual([rule('a').minute.allowed, rule('a').day], [false, undefined])
  clock.mono += 60_000
  assert.equal(rule('a').day?.granted, true)
  clock.mono += 60_000
  assert.equal(rule('a').day?.granted, false)
})

it('the minute runs by the monotonic clock, whatever the wall clock does', () => {
  const { clock, rule } = rates(1, 0)
  rule('a')
  clock.wall += 86_400_000
  assert.equal(rule('a').minute.allowed, false)
  clock.wall -= 200 * 86_400_000
  assert.equal(rule('a').minute.allowed, false)
  clock.mono += 60_000
  assert.equal(rule('a').minute.allowed, true)
})

it('the day runs by the wall clock', () => {
  const { clock, rule } = rates(100, 1)
  rule('a')
  assert.equal(rule('a').day?.granted, false)
  clock.wall += 12 * 3_600_000
  assert.equal(rule('a').day?.granted, true)
})

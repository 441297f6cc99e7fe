import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { fixedWindows } from './windows.ts'

/** Windows of 10 hits a minute, by a clock that the test moves. */
function tenAMinute(maxKeys?: number) {
  const clock = { now: 5000 }
  return { clock, windows: fixedWindows(10, 60_000, () => clock.now, maxKeys) }
}

const times = <T>(n: number, act: () => T) => Array.from({ length: n }, act)

describe('a window', () => {
  it('lets ten pass and refuses the eleventh', () => {
    const { windows } = tenAMinute()
    const hits = times(12, () => windows.hit('a'))
    assert.deepEqual(
      hits.map(hit => hit.allowed),
      [...times(10, () => true), false, false],
    )
    assert.deepEqual(
      hits.map(hit => hit.remaining),
      [9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0, 0],
    )
  })

  it('begins with the first hit and lasts its length, to the millisecond', () => {
    const { clock, windows } = tenAMinute()
    times(11, () => windows.hit('a'))
    clock.now += 59_999
    assert.deepEqual(windows.hit('a'), { allowed: false, limit: 10, remaining: 0, resetsIn: 1 })
    clock.now += 1
    assert.deepEqual(windows.hit('a'), { allowed: true, limit: 10, remaining: 9, resetsIn: 60_000 })
  })

  it('is never told to be longer than it is, whatever fraction of a millisecond it begins at', () => {
    const { clock, windows } = tenAMinute()
    clock.now = 7600.038699999999
    assert.equal(windows.hit('a').resetsIn, 60_000)
  })

  it('is not made longer by hits that are refused', () => {
    const { clock, windows } = tenAMinute()
    for (let second = 0; second < 60; second++) {
      windows.hit('a')
      clock.now += 1000
    }
    assert.equal(windows.hit('a').allowed, true)
  })

  it('is a key of its own', () => {
    const { windows } = tenAMinute()
    times(11, () => windows.hit('a'))
    assert.equal(windows.hit('b').remaining, 9)
    assert.equal(windows.hit('__proto__').remaining, 9)
  })
})

describe('many windows', () => {
  it('never let more than the limit pass in one window, in any order of keys and times', () => {
    const steps = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 0, max: 25_000 })))
    fc.assert(
      fc.property(steps, walk => {
        const clock = { now: 0 }
        const windows = fixedWindows(3, 60_000, () => clock.now)
        const model = new Map<string, { from: number; count: number }>()
        for (const [key, wait] of walk) {
          clock.now += wait
          const known = model.get(key)
          const open = known && clock.now - known.from < 60_000 ? known : { from: clock.now, count: 0 }
          model.set(key, open)
          open.count++
          const { allowed, remaining, resetsIn } = windows.hit(key)
          assert.equal(allowed, open.count <= 3)
          assert.equal(remaining, Math.max(0, 3 - open.count))
          assert.equal(resetsIn, open.from + 60_000 - clock.now)
        }
      }),
    )
  })

  it('are forgotten once they have ended', () => {
    const { clock, windows } = tenAMinute()
    for (let i = 0; i < 1000; i++) windows.hit(`key-${i}`)
    assert.equal(windows.size, 1000)
    clock.now += 60_000
    windows.hit('another')
    assert.equal(windows.size, 1)
  })

  it('are kept while they last, also when others end', () => {
    const { clock, windows } = tenAMinute()
    windows.hit('old')
    clock.now += 30_000
    times(11, () => windows.hit('young'))
    clock.now += 30_000
    windows.hit('new')
    assert.equal(windows.hit('young').allowed, false)
  })

  it('never take more keys than the cap: the one nearest its end gives way', () => {
    const { clock, windows } = tenAMinute(3)
    for (const key of ['a', 'b', 'c']) {
      times(11, () => windows.hit(key))
      clock.now++
    }
    windows.hit('d')
    assert.equal(windows.size, 3)
    assert.deepEqual(
      ['c', 'b'].map(key => windows.hit(key).allowed),
      [false, false],
    )
    assert.equal(windows.hit('a').allowed, true)
    assert.equal(windows.size, 3)
  })

  it('stay under the cap in any flood', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(30), fc.nat(100_000))), flood => {
        const { clock, windows } = tenAMinute(5)
        for (const [key, wait] of flood) {
          clock.now += wait
          windows.hit(String(key))
          assert.ok(windows.size <= 5)
        }
      }),
    )
  })
})

import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { createWatchdog } from './watchdog.ts'

function watched(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const barks: string[] = []
  const over = new AbortController()
  const watchdog = createWatchdog(over.signal, worry => barks.push(worry))
  return { watchdog, barks, over, wait: (seconds: number) => t.mock.timers.tick(seconds * 1000) }
}

describe('the watchdog', () => {
  it('notices that Parker does not answer, even if an answer was begun', t => {
    const { watchdog, barks, wait } = watched(t)
    watchdog.moved({ name: 'thinking', response: undefined })
    wait(10)
    watchdog.moved({ name: 'thinking', response: 'resp_1' })
    wait(10)
    assert.deepEqual(barks, ['no-answer'])
  })

  it('notices an answer without a sound', t => {
    const { watchdog, barks, wait } = watched(t)
    watchdog.hears(true)
    watchdog.moved({ name: 'speaking', response: 'resp_1' })
    wait(6)
    assert.deepEqual(barks, ['no-sound'])
  })

  it('judges no sound while it cannot hear, and gives it the whole time once it can', t => {
    const { watchdog, barks, wait } = watched(t)
    watchdog.moved({ name: 'speaking', response: 'resp_1' })
    wait(60)
    watchdog.hears(true)
    wait(4)
    watchdog.hears(false)
    wait(60)
    assert.deepEqual(barks, [])
    watchdog.hears(true)
    wait(6)
    assert.deepEqual(barks, ['no-sound'])
  })

  it('judges an answer once: not again where it was heard before the browser held it back', t => {
    const { watchdog, barks, wait } = watched(t)
    watchdog.hears(true)
    watchdog.moved({ name: 'speaking', response: 'resp_1' })
    watchdog.heard()
    watchdog.hears(false)
    watchdog.hears(true)
    wait(60)
    assert.deepEqual(barks, [])
    watchdog.moved({ name: 'thinking', response: 'resp_2' })
    watchdog.moved({ name: 'speaking', response: 'resp_2' })
    wait(6)
    assert.deepEqual(barks, ['no-sound'])
  })

  it('notices that nothing comes back over the line', t => {
    const { watchdog, barks, wait } = watched(t)
    watchdog.sent()
    wait(11)
    assert.deepEqual(barks, ['channel-stalled'])
  })

  it('is quiet while all goes well, and after the call', t => {
    const { watchdog, barks, over, wait } = watched(t)
    watchdog.sent()
    watchdog.received()
    watchdog.hears(true)
    watchdog.moved({ name: 'speaking', response: 'resp_1' })
    watchdog.heard()
    wait(60)
    watchdog.moved({ name: 'thinking', response: undefined })
    over.abort()
    wait(60)
    assert.deepEqual(barks, [])
  })
})

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

  /** A second has 25 looks. */
  const shortAnswer = (t: TestContext, looks: number) => {
    const { watchdog, barks } = watched(t)
    watchdog.hears(true)
    watchdog.moved({ name: 'speaking', response: 'resp_1' }, 'audio-started')
    for (let i = 0; i < looks; i++) watchdog.hears(true)
    return { watchdog, barks }
  }

  it('notices a short answer without a sound at its end, once', t => {
    const { watchdog, barks } = shortAnswer(t, 30)
    watchdog.moved({ name: 'listening' }, 'audio-ended')
    watchdog.moved({ name: 'thinking', response: undefined }, 'asked')
    assert.deepEqual(barks, ['no-sound'])
  })

  it('does not judge an answer that is over at once, or was cut off, or heard, or told of before', t => {
    const atOnce = shortAnswer(t, 10)
    atOnce.watchdog.moved({ name: 'listening' }, 'audio-ended')
    t.mock.timers.reset()
    const cut = shortAnswer(t, 30)
    cut.watchdog.moved({ name: 'listening' }, 'speech-started')
    t.mock.timers.reset()
    const heard = shortAnswer(t, 30)
    heard.watchdog.heard()
    heard.watchdog.moved({ name: 'listening' }, 'audio-ended')
    t.mock.timers.reset()
    const told = shortAnswer(t, 30)
    t.mock.timers.tick(6000)
    told.watchdog.moved({ name: 'listening' }, 'audio-ended')
    assert.deepEqual([atOnce.barks, cut.barks, heard.barks, told.barks], [[], [], [], ['no-sound']])
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

import assert from 'node:assert/strict'
import { it, type TestContext } from 'node:test'
import { callClocks } from './clocks.ts'

function start(t: TestContext, { secondsLeftMs = 600_000, idleMs = 0, listening = (): boolean => true } = {}) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const ends: string[] = []
  const clocks = callClocks({
    secondsLeftMs,
    idleMs,
    idleLimitMs: 60_000,
    mono: Date.now,
    listening,
    onTime(reason) {
      ends.push(`${reason} at ${Date.now() / 1000}`)
      clocks.stop()
    },
  })
  /** In small steps: the mocked clock stands at the end of a step when its timers fire. */
  const pass = (seconds: number) => {
    for (let left = seconds * 1000; left > 0; left -= 100) t.mock.timers.tick(Math.min(left, 100))
  }
  return { clocks, ends, pass }
}

it('ends a call whose human is never heard of', t => {
  const { ends, pass } = start(t)
  pass(59.9)
  assert.deepEqual(ends, [])
  pass(100)
  assert.deepEqual(ends, ['idle at 60'])
})

it('hears the human by speech, committed audio and items, and by nothing else', t => {
  const { clocks, ends, pass } = start(t)
  const human = [
    { type: 'input_audio_buffer.speech_started' },
    { type: 'input_audio_buffer.speech_stopped' },
    { type: 'input_audio_buffer.committed' },
    { type: 'conversation.item.added', item: { role: 'user' } },
  ]
  for (const event of human) {
    pass(59)
    clocks.hear(event)
  }
  pass(59)
  for (const type of ['response.created', 'output_audio_buffer.started', 'session.updated']) clocks.hear({ type })
  clocks.hear({ type: 'conversation.item.added', item: { role: 'assistant' } })
  clocks.hear({ type: 'conversation.item.added' })
  assert.deepEqual(ends, [])
  pass(1)
  assert.deepEqual(ends, ['idle at 296'])
})

it('stands still while the human speaks', t => {
  const { clocks, ends, pass } = start(t)
  pass(30)
  clocks.hear({ type: 'input_audio_buffer.speech_started' })
  pass(300)
  assert.equal(clocks.idleMs(), 0)
  clocks.hear({ type: 'input_audio_buffer.speech_stopped' })
  pass(59)
  assert.equal(clocks.idleMs(), 59_000)
  assert.deepEqual(ends, [])
  pass(2)
  assert.deepEqual(ends, ['idle at 390'])
})

it('does not stand still for ever where the end of a speech was missed', t => {
  const { clocks, ends, pass } = start(t)
  clocks.hear({ type: 'input_audio_buffer.speech_started' })
  pass(100)
  clocks.missed()
  pass(59.9)
  assert.deepEqual(ends, [])
  pass(0.1)
  assert.deepEqual(ends, ['idle at 160'])
})

it('a human who was silent before events were missed, and may have spoken meanwhile, has time to be heard', t => {
  const { clocks, ends, pass } = start(t)
  pass(30)
  clocks.missed()
  pass(25)
  clocks.missed()
  pass(19.9)
  assert.deepEqual(ends, [])
  pass(0.1)
  assert.deepEqual(ends, ['idle at 75'])
})

it('takes nobody for silent whom it cannot hear', t => {
  let listening = false
  const { clocks, ends, pass } = start(t, { listening: () => listening })
  pass(70)
  assert.deepEqual(ends, [])
  listening = true
  clocks.missed()
  pass(19.9)
  assert.deepEqual(ends, [])
  pass(1)
  assert.deepEqual(ends, ['idle at 90'])
})

it('does not take its own standing still for the silence of a human', t => {
  const { clocks, ends, pass } = start(t)
  t.mock.timers.tick(75_000)
  assert.deepEqual(ends, [])
  clocks.hear({ type: 'input_audio_buffer.committed' })
  pass(59.9)
  assert.deepEqual(ends, [])
  pass(0.2)
  assert.deepEqual(ends, ['idle at 135'])
})

it('ends the longest call, however lively it is', t => {
  const { clocks, ends, pass } = start(t)
  for (let i = 0; i < 30; i++) {
    clocks.hear({ type: 'input_audio_buffer.committed' })
    pass(30)
  }
  assert.deepEqual(ends, ['max_seconds at 600'])
})

it('goes on where another instance left off', t => {
  const { ends, pass } = start(t, { idleMs: 50_000 })
  pass(11)
  assert.deepEqual(ends, ['idle at 10'])
})

it('ends at once what was due while nobody watched', t => {
  const { ends, pass } = start(t, { secondsLeftMs: -5000 })
  pass(0.1)
  assert.deepEqual(ends, ['max_seconds at 0.1'])
})

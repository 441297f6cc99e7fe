import assert from 'node:assert/strict'
import { it, type TestContext } from 'node:test'
import { BREAKAGES } from '../upstream/outcome.ts'
import { type SocketHandlers, SocketRefused } from '../upstream/socket.ts'
import { UNOBSERVED_MS } from './observation.ts'
import { type JoinCall, sideband } from './sideband.ts'

/** A line that the test opens, breaks and refuses; time passes only when it says so. */
function stage(t: TestContext, { known = false, refusal = 0 } = {}) {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const told: string[] = []
  let open: SocketHandlers | undefined
  const refusedWith = (status: number) => (status ? new SocketRefused(BREAKAGES.network, status) : undefined)
  let refuse = refusedWith(refusal)
  let tries = 0
  const join: JoinCall = async (_id, handlers, signal) => {
    tries++
    if (refuse) throw refuse
    open = handlers
    signal.addEventListener('abort', () => told.push('cut'))
    return { send: event => told.push(`sent ${event.type}`), close() {} }
  }
  const line = sideband('rtc_1', known, join, {
    onEvent: event => told.push(event.type),
    onJoined: late => told.push(late ? 'joined late' : 'joined'),
    onDropped: () => told.push('dropped'),
    onGone: () => told.push('gone'),
    onUnobserved: () => told.push('unobserved'),
  })
  const settled = () => new Promise(resolve => setImmediate(resolve))
  return {
    line,
    told,
    settled,
    tries: () => tries,
    /** 0 lets us in. */
    refuse(status: number) {
      refuse = refusedWith(status)
    },
    breakLine: () => open?.onClose(1006),
    say: (type: string) => open?.onEvent({ type }),
    async pass(ms: number) {
      // In small steps, since each try ends between two timers.
      for (let left = ms; left > 0; left -= 100) {
        t.mock.timers.tick(Math.min(100, left))
        await settled()
      }
    },
  }
}

it('joins at once, hears and speaks', async t => {
  const { line, told, settled, say } = stage(t)
  await settled()
  say('response.done')
  line.send({ type: 'session.update' })
  assert.deepEqual(told, ['joined', 'response.done', 'sent session.update'])
})

it('answers what comes in while the line is opening', async t => {
  const { line, told, settled, say } = stage(t)
  say('session.updated')
  line.send({ type: 'session.update' })
  await settled()
  assert.deepEqual(told, ['session.updated', 'sent session.update', 'joined'])
})

it('joins again after a drop, and says that it may have missed something', async t => {
  const { told, settled, pass, breakLine } = stage(t)
  await settled()
  await pass(5000)
  breakLine()
  await pass(200)
  assert.deepEqual(told, ['joined', 'dropped', 'joined late'])
})

it('counts no drop where the line was lost since the call is over', async t => {
  const { told, settled, pass, breakLine, refuse } = stage(t)
  await settled()
  await pass(5000)
  refuse(404)
  breakLine()
  await pass(500)
  assert.deepEqual(told, ['joined', 'gone'])
})

it('counts the drop, and each try in vain, of a call of which OpenAI does not say that it is over', async t => {
  const { told, settled, pass, breakLine, refuse } = stage(t)
  await settled()
  await pass(5000)
  refuse(503)
  breakLine()
  await pass(100)
  refuse(404)
  await pass(500)
  assert.deepEqual(told, ['joined', 'dropped', 'dropped', 'gone'])
})

it('tries again with waits that grow, and calls the call unobserved after 30 s', async t => {
  const { told, tries, pass } = stage(t, { refusal: 503 })
  await pass(1000)
  assert.ok(tries() >= 3, `${tries()} tries in the first second`)
  await pass(UNOBSERVED_MS - 1100)
  assert.ok(!told.includes('unobserved'))
  assert.ok(tries() < 20, `${tries()} tries in 30 s`)
  await pass(200)
  assert.equal(told.filter(what => what === 'unobserved').length, 1)
})

it('takes a line that never holds for a second for none', async t => {
  const { told, pass, breakLine } = stage(t)
  for (let i = 0; i < 70; i++) {
    await pass(500)
    breakLine()
  }
  assert.ok(told.includes('unobserved'))
})

it('believes that a call is gone only once somebody has been in it', async t => {
  const young = stage(t, { refusal: 404 })
  await young.pass(1000)
  assert.ok(!young.told.includes('gone'))
  young.refuse(0)
  await young.pass(5000)
  young.refuse(404)
  young.breakLine()
  await young.pass(500)
  assert.equal(young.told.at(-1), 'gone')
})

it('believes it at once of a call that was taken over', async t => {
  const taken = stage(t, { known: true, refusal: 404 })
  await taken.pass(1000)
  assert.ok(taken.told.includes('gone'))
})

it('does nothing more once it has left, or once the call is being ended', async t => {
  const { line, told, tries, settled, pass, breakLine } = stage(t)
  await settled()
  line.stopRejoining()
  breakLine()
  await pass(UNOBSERVED_MS * 2)
  assert.deepEqual([told, tries()], [['joined'], 1])
  line.leave()
  assert.deepEqual(told, ['joined', 'cut'])
})

it('takes no call that is being ended for one that cannot be watched, however well it was watched before', async t => {
  const { line, told, pass, breakLine } = stage(t)
  await pass(2000)
  line.stopRejoining()
  breakLine()
  await pass(UNOBSERVED_MS * 2)
  assert.deepEqual(told, ['joined'])
})

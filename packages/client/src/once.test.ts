import assert from 'node:assert/strict'
import { it } from 'node:test'
import { once } from './once.ts'

it('work is done once, and asking for it fails when it is over', async () => {
  const over = new AbortController()
  let times = 0
  const work = once(async () => {
    times++
  }, over.signal)
  await Promise.all([work(), work()])
  over.abort(new Error('hung up'))
  await assert.rejects(work(), { message: 'hung up' })
  assert.equal(times, 1)
})

it('asking fails at once when it is over, though the work never ends', async () => {
  const over = new AbortController()
  const work = once(() => new Promise(() => {}), over.signal)
  const asked = work()
  over.abort(new Error('hung up'))
  await assert.rejects(asked, { message: 'hung up' })
})

it('work is not begun when it is over', async () => {
  const over = new AbortController()
  let begun = false
  const work = once(async () => {
    begun = true
  }, over.signal)
  over.abort(new Error('hung up'))
  await assert.rejects(work(), { message: 'hung up' })
  assert.equal(begun, false)
})

import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { speak } from '../packages/emulator/src/media/speech.ts'
import type { Speech } from '../packages/emulator/src/media/types.ts'
import { type CallRoom, openCallRoom } from './harness/call-room.ts'
import { statsOf, waitForSound } from './harness/listening.ts'
import { speechWav } from './harness/speech-wav.ts'

describe("faults of the emulator's media, as Chromium sees them", () => {
  let reply: Speech
  let room: CallRoom
  before(async () => {
    const speech = await speechWav('Who is going to win the game tonight?')
    reply = await speak('The home side, and it will not be close. They own the paint and the clock.', 'verse')
    room = await openCallRoom(speech.path)
  })
  afterEach(() => room.clear())
  after(() => room?.close())

  it('with an ICE failure the page never connects, and both ends give up', async () => {
    room.answering.fail('ice-failure')
    const page = await room.openPage()
    const call = await room.dial(page)
    await page.waitForFunction(`call.peer.connectionState === 'failed'`, undefined, { timeout: 60_000 })
    assert.match(await call.closed, /nothing heard/)
  })

  it('with a stalled channel the call stands and not one event passes', async () => {
    room.answering.fail('stalled-channel')
    const { page, call } = await room.connect()
    await page.evaluate(`call.send({ type: 'session.update' })`)
    call.peer.play(reply.packets)
    await waitForSound(page)
    assert.equal(await page.evaluate('call.channel.readyState'), 'open')
    assert.equal(await page.evaluate('call.events.length'), 0)
    assert.equal(await Promise.race([call.message, 'none']), 'none')
  })

  it('lost packets are seen as lost', async () => {
    const { page, call } = await room.connect()
    await call.peer.play(reply.packets, 'lost-packets').done
    const { packetsLost } = await statsOf(page)
    assert.ok(packetsLost > reply.packets.length * 0.05, `${packetsLost} of ${reply.packets.length}`)
  })
})

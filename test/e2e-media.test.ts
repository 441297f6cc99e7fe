import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { speak } from '../packages/emulator/src/media/speech.ts'
import type { Speech } from '../packages/emulator/src/media/types.ts'
import { type CallRoom, openCallRoom } from './harness/call-room.ts'
import { levelsOf, statsOf, waitForSilence, waitForSound } from './harness/listening.ts'
import { type SpeechWav, speechWav } from './harness/speech-wav.ts'

describe('media between the emulator and Chromium', () => {
  let speech: SpeechWav
  let reply: Speech
  let room: CallRoom
  before(async () => {
    speech = await speechWav('Who is going to win the game tonight?')
    reply = await speak('The home side, and it will not be close. They own the paint and the clock.', 'verse')
    room = await openCallRoom(speech.path)
  })
  afterEach(() => room.clear())
  after(() => room?.close())

  it('connects, and the first events go both ways without a second lost on one of them', async () => {
    const tookMs: number[] = []
    for (const _ of [1, 2, 3]) {
      const { page, call } = await room.connect()
      const began = performance.now()
      for (const count of [1, 2, 3]) {
        await page.waitForFunction(`call.events.length === ${count}`, undefined, { polling: 10 })
        call.peer.send('{"type":"session.updated"}')
      }
      await page.evaluate(`call.send({ type: 'session.update' })`)
      assert.equal(await call.message, '{"type":"session.update"}')
      tookMs.push(performance.now() - began)
    }
    assert.ok(Math.min(...tookMs) < 900, `${tookMs} ms`)
  })

  it('speech at the microphone is heard from its beginning to its end', async () => {
    const { call } = await room.connect()
    const [started, stopped] = await call.turn
    assert.deepEqual([started?.type, stopped?.type], ['started', 'stopped'])
    // Less the padding before it and the silence that proves its end. Chromium's own processing eats a little.
    const heardMs = (stopped?.atMs ?? 0) - (started?.atMs ?? 0) - 300 - 500
    assert.ok(Math.abs(heardMs - speech.speechMs) < 400, `${heardMs} ms of ${speech.speechMs} ms`)
  })

  it('a reply is audible to its end, with no packet lost', async () => {
    const { page, call } = await room.connect()
    await waitForSilence(page)
    const { done } = call.peer.play(reply.packets)
    await waitForSound(page)
    assert.equal(await done, 'finished')
    await waitForSilence(page)
    const loud = (await levelsOf(page)).filter(({ rms }) => rms > 0.01)
    const heardMs = (loud.at(-1)?.atMs ?? 0) - (loud[0]?.atMs ?? 0)
    assert.ok(Math.abs(heardMs - reply.durationMs) < 500, `${heardMs} ms of ${reply.durationMs} ms`)
    const stats = await statsOf(page)
    assert.equal(stats.packetsLost, 0)
    assert.ok(stats.totalAudioEnergy > 0.1, `${stats.totalAudioEnergy}`)
  })

  it('a reply that is stopped falls silent at once', async () => {
    const { page, call } = await room.connect()
    const playing = call.peer.play([...reply.packets, ...reply.packets, ...reply.packets])
    await waitForSound(page)
    playing.stop()
    assert.equal(await playing.done, 'stopped')
    await waitForSilence(page, 200)
    const loud = (await levelsOf(page)).filter(({ rms }) => rms > 0.01)
    assert.ok((loud.at(-1)?.atMs ?? 0) - (loud[0]?.atMs ?? 0) < reply.durationMs)
  })

  it('when the page hangs up, this end knows', async () => {
    const { page, call } = await room.connect()
    await page.evaluate('call.peer.close()')
    assert.match(await call.closed, /closed/)
  })

  it('when the tab is gone, this end knows soon', async () => {
    const { page, call } = await room.connect()
    await page.close()
    assert.match(await call.closed, /closed|nothing heard/)
  })

  it('when this end hangs up, the page knows, and no one else is told', async () => {
    const { page, call } = await room.connect()
    call.peer.close()
    await page.waitForFunction(`call.channel.readyState === 'closed'`)
    assert.equal(await Promise.race([call.closed, 'not told']), 'not told')
  })
})

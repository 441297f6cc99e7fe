import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { SILENCE } from './opus.ts'
import { type Pacer, type Place, startPacer } from './pacer.ts'

const sound = (length: number) => Array.from({ length }, (_, index) => Uint8Array.of(index))

describe('pacing', () => {
  let sent: (Place & { packet: Uint8Array })[]
  let pacer: Pacer
  beforeEach(() => {
    sent = []
    pacer = startPacer((packet, place) => sent.push({ packet, ...place }))
  })
  afterEach(() => pacer.close())

  const spoken = () => sent.filter(({ packet }) => packet !== SILENCE)

  it('sends a reply whole and in order, its first packet marked, with silence around it', async () => {
    assert.equal(await pacer.play(sound(5)).done, 'finished')
    await pacer.play([SILENCE]).done
    assert.deepEqual(
      spoken().map(({ packet }) => packet[0]),
      [0, 1, 2, 3, 4],
    )
    assert.deepEqual(
      spoken().map(({ first }) => first),
      [true, false, false, false, false],
    )
    assert.deepEqual(
      sent.map(({ index }) => index),
      sent.map((_, index) => index),
    )
  })

  it('takes as long as the sound does', async () => {
    const began = performance.now()
    await pacer.play(sound(20)).done
    assert.ok(performance.now() - began > 19 * 20 - 40)
  })

  it('stops at once, and whoever waits is told', async () => {
    const playing = pacer.play(sound(1_000))
    playing.stop()
    assert.equal(await playing.done, 'stopped')
    await pacer.play([SILENCE, SILENCE]).done
    assert.deepEqual(spoken(), [])
  })

  it('a new reply stops the old one, and a late stop of the old one not the new one', async () => {
    const old = pacer.play(sound(1_000))
    const playing = pacer.play(sound(3))
    old.stop()
    assert.deepEqual(await Promise.all([old.done, playing.done]), ['stopped', 'finished'])
    assert.equal(spoken().length, 3)
  })

  it('what is lost leaves its number free', async () => {
    await pacer.play([Uint8Array.of(7), undefined, Uint8Array.of(9)]).done
    const [before, after] = spoken()
    assert.equal((after?.index ?? 0) - (before?.index ?? 0), 2)
  })

  it('nothing to play is finished at once, and closing stops what plays', async () => {
    assert.equal(await pacer.play([]).done, 'finished')
    const playing = pacer.play(sound(1_000))
    pacer.close()
    assert.equal(await playing.done, 'stopped')
  })
})

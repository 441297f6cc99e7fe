import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createCoder, SILENCE } from './opus.ts'
import { concat, FRAME, rmsDbfs, SAMPLE_RATE } from './pcm.ts'
import type { Pcm } from './types.ts'

/** A second of a tone in frames of 20 ms. */
function tone(hertz: number): Pcm[] {
  return Array.from({ length: 50 }, (_, frame) =>
    Int16Array.from({ length: FRAME }, (_, index) =>
      Math.round(8000 * Math.sin((2 * Math.PI * hertz * (frame * FRAME + index)) / SAMPLE_RATE)),
    ),
  )
}

function hertzOf(pcm: Pcm): number {
  const rises = pcm.filter((sample, index) => index > 0 && (pcm[index - 1] ?? 0) < 0 && sample >= 0)
  return (rises.length * SAMPLE_RATE) / pcm.length
}

describe('Opus', () => {
  it('gives back what went in, however many coders take turns', () => {
    const coders = Array.from({ length: 24 }, (_, index) => ({ coder: createCoder(), frames: tone(200 + 50 * index) }))
    const heard = coders.map((): Pcm[] => [])
    for (let frame = 0; frame < 50; frame++)
      for (const [index, { coder, frames }] of coders.entries())
        heard[index]?.push(coder.decode(coder.encode(frames[frame] as Pcm)))
    for (const [index, frames] of heard.entries()) {
      const sound = concat(...frames.slice(10))
      assert.ok(Math.abs(hertzOf(sound) - (200 + 50 * index)) < 4, `coder ${index}: ${hertzOf(sound)} Hz`)
      assert.ok(
        Math.abs(rmsDbfs(sound) - rmsDbfs(concat(...tone(440)))) < 1.5,
        `coder ${index}: ${rmsDbfs(sound)} dBFS`,
      )
    }
    for (const { coder } of coders) coder.close()
  })

  it('decodes its silence to 20 ms of nothing', () => {
    const coder = createCoder()
    const pcm = coder.decode(SILENCE)
    assert.equal(pcm.length, FRAME)
    assert.ok(rmsDbfs(pcm) < -90)
    coder.close()
  })

  it('throws at what is no packet, and goes on', () => {
    const coder = createCoder()
    for (const bad of [new Uint8Array(0), Uint8Array.of(255, 255), new Uint8Array(1276), new Uint8Array(60_000)])
      assert.throws(() => coder.decode(bad))
    assert.equal(coder.decode(SILENCE).length, FRAME)
    coder.close()
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createCoder } from './opus.ts'
import { concat, FRAME, framesOf, rmsDbfs } from './pcm.ts'
import { speak } from './speech.ts'
import type { Pcm, Speech } from './types.ts'

const WORDS = 'Four points ahead, and two minutes to play. This is how it should be.'

/** Longest stretch of frames below −50 dBFS, between the first and the last that are louder. */
function longestPauseMs({ pcm }: Speech): number {
  const loud = framesOf(pcm).map(frame => rmsDbfs(frame) > -50)
  let longest = 0
  let pause = 0
  for (const one of loud.slice(loud.indexOf(true), loud.lastIndexOf(true))) {
    pause = one ? 0 : pause + 20
    longest = Math.max(longest, pause)
  }
  return longest
}

/** Some words on a machine without espeak-ng: programs are looked for when the call begins. */
function withoutEspeak(voice: string): Promise<Speech> {
  const path = process.env.PATH
  process.env.PATH = '/nowhere'
  try {
    return speak('On a machine without a synthesiser.', voice)
  } finally {
    process.env.PATH = path
  }
}

function peakOf(pcm: Pcm): number {
  return pcm.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0)
}

describe('speech', () => {
  it('is loud, not clipped, without long pauses, and tells how long it lasts and what it says', async () => {
    for (const voice of ['verse', 'cedar', 'marin']) {
      const speech = await speak(WORDS, voice)
      assert.ok(speech.transcript.length > 10)
      assert.equal(speech.durationMs, Math.round(speech.pcm.length / 24))
      assert.ok(speech.durationMs > 1_500 && speech.durationMs < 9_000, `${speech.durationMs} ms`)
      assert.ok(rmsDbfs(speech.pcm) > -26 && rmsDbfs(speech.pcm) < -18, `${rmsDbfs(speech.pcm)} dBFS`)
      assert.ok(peakOf(speech.pcm) < 30_000)
      assert.ok(longestPauseMs(speech) < 700, `${longestPauseMs(speech)} ms`)
    }
  })

  it('is the same sound as samples and as packets of 20 ms', async () => {
    const { pcm, packets } = await speak(WORDS, 'cedar')
    assert.equal(packets.length, Math.ceil(pcm.length / FRAME))
    const coder = createCoder()
    const decoded = concat(...packets.map(packet => coder.decode(packet)))
    coder.close()
    assert.ok(Math.abs(rmsDbfs(decoded) - rmsDbfs(pcm)) < 1)
  })

  it('sounds different in each voice', async () => {
    const lengths = await Promise.all(
      ['verse', 'cedar', 'marin'].map(async voice => (await speak(WORDS, voice)).pcm.length),
    )
    assert.equal(new Set(lengths).size, 3)
  })

  it('is made once for the same words in the same voice', async () => {
    assert.equal(await speak(WORDS, 'verse'), await speak(WORDS, 'verse'))
  })

  it('takes any text: empty, odd, dangerous or endless', async () => {
    for (const text of ['', '…', '--version', '[[h@l"oU]]', '<speak>', '\0', '你好 🏀', '-f /etc/hostname'])
      assert.ok((await speak(text, 'verse')).durationMs < 10_000, text)
    assert.ok((await speak('goal '.repeat(10_000), 'verse')).transcript.length <= 2_000)
  })

  it('does without a synthesiser: clips with words of their own, higher and lower by voice', async () => {
    const [verse, cedar, marin] = await Promise.all(['verse', 'cedar', 'marin'].map(withoutEspeak))
    assert.ok(verse && cedar && marin)
    assert.match(verse.transcript, /^[A-Z].+[.!]$/)
    assert.notEqual(verse.transcript, 'On a machine without a synthesiser.')
    assert.equal(cedar.transcript, verse.transcript)
    assert.ok(cedar.durationMs > verse.durationMs && verse.durationMs > marin.durationMs)
    assert.ok(rmsDbfs(verse.pcm) > -26 && rmsDbfs(verse.pcm) < -18, `${rmsDbfs(verse.pcm)} dBFS`)
  })
})

describe('spoiled speech', () => {
  const spoil = async (fault: Parameters<typeof speak>[2]) =>
    [await speak(WORDS, 'verse'), await speak(WORDS, 'verse', fault)] as const

  it('with silence is as long, and nothing', async () => {
    const [clean, silent] = await spoil('silence')
    assert.equal(silent.pcm.length, clean.pcm.length)
    assert.equal(peakOf(silent.pcm), 0)
  })

  it('with clipping stays at full scale for a good part', async () => {
    const [, clipped] = await spoil('clipping')
    const full = clipped.pcm.filter(sample => sample === 32_767 || sample === -32_768)
    assert.ok(full.length > clipped.pcm.length * 0.05)
  })

  it('with gaps has all its words and pauses that nobody makes', async () => {
    const [clean, gaps] = await spoil('gaps')
    assert.ok(longestPauseMs(gaps) >= 780)
    assert.ok(gaps.durationMs > clean.durationMs)
  })

  it('with wrong words says others, and its transcript tells which', async () => {
    const [clean, wrong] = await spoil('wrong-words')
    assert.notEqual(wrong.transcript, clean.transcript)
    assert.notEqual(wrong.pcm.length, clean.pcm.length)
  })

  it('with noise is never quiet', async () => {
    const [clean, noisy] = await spoil('noise')
    const quietest = (speech: Speech) => Math.min(...framesOf(speech.pcm).slice(0, -1).map(rmsDbfs))
    assert.ok(quietest(clean) < -60)
    assert.ok(quietest(noisy) > -38)
  })

  it('that is late begins with seconds of nothing', async () => {
    const [clean, late] = await spoil('late')
    assert.equal(late.durationMs - clean.durationMs, 2_500)
    assert.equal(peakOf(late.pcm.subarray(0, 2.4 * 24_000)), 0)
  })

  it('whose packets get lost is spoken as ever', async () => {
    const [clean, same] = await spoil('lost-packets')
    assert.equal(same, clean)
  })
})

import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { type Emulator, startEmulator } from '../packages/emulator/src/emulator.ts'
import { asSpoken } from './harness/as-spoken.ts'
import { openVoiceBrowser, type Site, startSite } from './harness/browser.ts'
import { type Level, levelsOf, listenIn } from './harness/listening.ts'
import { mintAt } from './harness/mint.ts'
import { eventsOf, openCallPage, waitForEvent, write } from './harness/raw-call.ts'
import { speechWav } from './harness/speech-wav.ts'

const WORDS = 'Four points ahead. Two minutes to play.'

/** What a page heard of a reply, and what it was told that it was. */
interface Reply {
  levels: Level[]
  transcript: string
}

const isLoud = ({ rms }: Level) => rms > 0.01

const loudest = ({ levels }: Reply) => Math.max(...levels.map(({ rms }) => rms))

/** From the first sound to the last. */
function speechOf({ levels }: Reply): Level[] {
  return levels.slice(levels.findIndex(isLoud), levels.findLastIndex(isLoud) + 1)
}

function longestGapMs(reply: Reply): number {
  const at = speechOf(reply)
    .filter(isLoud)
    .map(({ atMs }) => atMs)
  return Math.max(...at.slice(1).map((atMs, index) => atMs - (at[index] ?? atMs)))
}

describe('sound that goes wrong on request, as a page hears it', () => {
  let emulator: Emulator
  let site: Site
  let browser: Browser
  let page: Page
  before(async () => {
    const { path } = await speechWav('Hello.')
    ;[emulator, site, browser] = await Promise.all([startEmulator(), startSite(), openVoiceBrowser(path)])
  })
  after(async () => {
    await browser?.close()
    await site?.close()
    await emulator?.close()
  })
  beforeEach(async () => {
    page = await browser.newPage()
    await listenIn(page)
    await openCallPage(page, site.originAs('localhost'))
    await page.evaluate(`startCall('${emulator.baseUrl}/realtime/calls', '${await mintAt(emulator)}')`)
    await waitForEvent(page, 'session.created')
  })

  afterEach(() => page.close())

  /** Asks for some words while replies have this fault, and listens to the end. */
  async function replyWith(fault: string): Promise<Reply> {
    emulator.setFaults(fault)
    const since: number = await page.evaluate('performance.now()')
    await write(page, `Say exactly this: "${WORDS}"`)
    await waitForEvent(page, 'output_audio_buffer.stopped')
    const levels = (await levelsOf(page)).filter(({ atMs }) => atMs > since)
    const said = (await eventsOf(page)).find(({ type }) => type === 'response.output_audio_transcript.done')
    return { levels, transcript: said?.transcript ?? '' }
  }

  it('without a fault it is loud, with no gap and as told', async () => {
    const reply = await replyWith('')
    assert.ok(loudest(reply) > 0.1 && loudest(reply) < 0.5, `${loudest(reply)}`)
    assert.ok(longestGapMs(reply) < 700, `${longestGapMs(reply)} ms`)
    assert.equal(reply.transcript, await asSpoken(WORDS))
  })

  it('silence is told as speech and is none', async () => {
    const reply = await replyWith('reply:silence')
    assert.ok(loudest(reply) < 0.002, `${loudest(reply)}`)
    assert.equal(reply.transcript, await asSpoken(WORDS))
  })

  it('clipping is far too loud', async () => {
    const reply = await replyWith('reply:clipping')
    assert.ok(loudest(reply) > 0.5, `${loudest(reply)}`)
  })

  it('gaps are longer than any pause', async () => {
    const reply = await replyWith('reply:gaps')
    assert.ok(longestGapMs(reply) > 750, `${longestGapMs(reply)} ms`)
  })

  it('noise fills the pauses', async () => {
    const reply = await replyWith('reply:noise')
    const levels = speechOf(reply)
      .map(({ rms }) => rms)
      .sort((a, b) => a - b)
    // A busy browser may drop a moment of sound; pauses take more than a tenth.
    const quiet = levels[Math.floor(levels.length / 10)] ?? 0
    assert.ok(quiet > 0.005, `${quiet}`)
  })

  it('what is late begins with seconds of nothing', async () => {
    const reply = await replyWith('reply:late')
    const quietMs = (speechOf(reply)[0]?.atMs ?? 0) - (reply.levels[0]?.atMs ?? 0)
    assert.ok(quietMs > 2_400, `${quietMs} ms`)
  })

  it('wrong words are told as they were spoken', async () => {
    const { transcript } = await replyWith('reply:wrong-words')
    assert.match(transcript, /\w/)
    assert.notEqual(transcript, WORDS)
  })
})

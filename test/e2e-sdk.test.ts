import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { type Emulator, startEmulator } from '../packages/emulator/src/emulator.ts'
import { asSpoken } from './harness/as-spoken.ts'
import { openVoiceBrowser, type Site, startSite } from './harness/browser.ts'
import { eventually } from './harness/eventually.ts'
import { listenIn, statsOf, waitForSilence, waitForSound } from './harness/listening.ts'
import { mintAt } from './harness/mint.ts'
import { openSdkPage, type SeenBySdk } from './harness/sdk-page.ts'
import { speechWav } from './harness/speech-wav.ts'

/** What the human is taken to say, whatever the microphone says; the reply is short. */
const HEARD = 'Please say "Four points ahead."'

describe("OpenAI's own browser SDK, unmodified, with the emulator", () => {
  let emulator: Emulator
  let site: Site
  let browser: Browser
  before(async () => {
    // The SDK opens the microphone before it connects.
    const { path } = await speechWav('Who is ahead?', { beforeMs: 4_000 })
    ;[emulator, site, browser] = await Promise.all([
      startEmulator({ heard: [HEARD], singleUse: true }),
      startSite(),
      openVoiceBrowser(path),
    ])
  })
  after(async () => {
    await browser?.close()
    await site?.close()
    await emulator?.close()
  })

  async function connect(): Promise<Page> {
    const page = await browser.newPage()
    await listenIn(page)
    await openSdkPage(page, site.originAs('localhost'))
    await page.evaluate(`startSession('${emulator.baseUrl}/realtime/calls', '${await mintAt(emulator)}')`)
    return page
  }

  const seenBy = (page: Page): Promise<SeenBySdk> => page.evaluate('sdk.seen')

  it('hears a question, answers it aloud, and both stand in the history', async () => {
    const page = await connect()
    await waitForSound(page)
    await page.waitForFunction(`sdk.seen.events.includes('output_audio_buffer.stopped')`)
    await waitForSilence(page)
    const { history, errors } = await seenBy(page)
    assert.deepEqual(errors, [])
    assert.deepEqual(
      history.map(({ role }) => role),
      ['user', 'assistant'],
    )
    assert.equal(history[0]?.content?.[0]?.transcript, HEARD)
    assert.equal(history[1]?.content?.[0]?.transcript, await asSpoken('Four points ahead.'))
    const { packetsLost, totalAudioEnergy } = await statsOf(page)
    assert.equal(packetsLost, 0)
    assert.ok(totalAudioEnergy > 0.1, `${totalAudioEnergy}`)
    await page.close()
  })

  it('calls a tool of the page, and what it returned is spoken about', async () => {
    const page = await connect()
    await page.evaluate(`sdk.session.mute(true)`)
    await page.evaluate(`sdk.session.sendMessage('Please check score for the home side.')`)
    await waitForSound(page)
    await page.waitForFunction(`sdk.seen.events.includes('output_audio_buffer.stopped')`)
    const { asked, history, errors } = await seenBy(page)
    assert.deepEqual(errors, [])
    assert.deepEqual(asked, [{ team: 'example' }])
    const call = history.find(({ type }) => type === 'function_call')
    assert.deepEqual([call?.name, call?.output], ['check_score', '104 to 98'])
    assert.equal(history.at(-1)?.content?.[0]?.transcript, await asSpoken('Here is what I found: 104 to 98'))
    await page.close()
  })

  it('hangs up', async () => {
    const page = await connect()
    const call = emulator.calls.at(-1)
    assert.equal(call?.ended, null)
    await page.evaluate('sdk.session.close()')
    await page.waitForFunction(`listening.peers.at(-1).connectionState === 'closed'`)
    await eventually(() => call?.ended !== null)
    assert.equal(call?.ended, 'client')
    await page.close()
  })

  it('says why it may not connect', async () => {
    const page = await browser.newPage()
    await openSdkPage(page, site.originAs('localhost'))
    const url = `${emulator.baseUrl}/realtime/calls`
    await assert.rejects(page.evaluate(`startSession('${url}', 'ek_never_made')`), /401/)
    await page.close()
  })
})

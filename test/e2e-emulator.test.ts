import assert from 'node:assert/strict'
import { after, before, describe, it, type TestContext } from 'node:test'
import type { Page } from 'playwright-core'
import { type Emulator, startEmulator } from '../packages/emulator/src/emulator.ts'
import { ask } from './harness/ask.ts'
import { openVoiceBrowser, type Site, startSite } from './harness/browser.ts'
import { eventually } from './harness/eventually.ts'
import { listenIn, statsOf, waitForSilence, waitForSound } from './harness/listening.ts'
import { mintAt } from './harness/mint.ts'
import { eventsOf, openCallPage, waitForEvent } from './harness/raw-call.ts'
import { type SpeechWav, speechWav } from './harness/speech-wav.ts'

/** What the human is taken to say, whatever the microphone says; the reply is short. */
const HEARD = 'Please say "Four points ahead."'

const TRANSCRIBED = { audio: { input: { transcription: { model: 'gpt-realtime-whisper' } } } }

/** What OpenAI sent for a spoken turn when it was recorded; transcription runs on a clock of its own. */
const SPOKEN_TURN = [
  'session.created',
  'input_audio_buffer.speech_started',
  'input_audio_buffer.speech_stopped',
  'input_audio_buffer.committed',
  'conversation.item.added',
  'conversation.item.done',
  'response.created',
  'response.output_item.added',
  'conversation.item.added',
  'response.content_part.added',
  'output_audio_buffer.started',
  'response.output_audio.done',
  'response.output_audio_transcript.done',
  'response.content_part.done',
  'conversation.item.done',
  'response.output_item.done',
  'response.done',
  'rate_limits.updated',
  'output_audio_buffer.stopped',
]

describe('the emulator in Chromium, with nothing but WebRTC', () => {
  let emulator: Emulator
  let site: Site
  let wav: SpeechWav
  before(async () => {
    wav = await speechWav('Who is ahead?')
    ;[emulator, site] = await Promise.all([startEmulator({ heard: [HEARD] }), startSite()])
  })
  after(async () => {
    await site?.close()
    await emulator?.close()
  })

  /** A page on a call, with a microphone of its own; both go when the test ends. */
  async function call(t: TestContext, how?: 'over and over'): Promise<Page> {
    const browser = await openVoiceBrowser(wav.path, how)
    t.after(() => browser.close())
    const page = await browser.newPage()
    await listenIn(page)
    await openCallPage(page, site.originAs('localhost'))
    await page.evaluate(`startCall('${emulator.baseUrl}/realtime/calls', '${await mintAt(emulator, TRANSCRIBED)}')`)
    await waitForEvent(page, 'session.created')
    await page.evaluate('speak()')
    return page
  }

  it('a spoken turn is heard, answered aloud and told in the recorded order', async t => {
    const page = await call(t)
    await waitForSound(page)
    await waitForEvent(page, 'output_audio_buffer.stopped')
    const events = await eventsOf(page)
    const order = events.map(({ type }) => type).filter(type => SPOKEN_TURN.includes(type))
    assert.deepEqual(order, SPOKEN_TURN)
    const heard = events.find(({ type }) => type === 'conversation.item.input_audio_transcription.completed')
    assert.equal(heard?.transcript, HEARD)
    const { packetsLost, totalAudioEnergy } = await statsOf(page)
    assert.equal(packetsLost, 0)
    assert.ok(totalAudioEnergy > 0.1, `${totalAudioEnergy}`)
    assert.match(await page.evaluate('call.location'), /^\/v1\/realtime\/calls\/rtc_/)
  })

  it('who speaks while it speaks makes it stop', async t => {
    emulator.setHeard([`Say exactly this: "${'We are going to be here for a long time. '.repeat(10)}"`])
    const page = await call(t, 'over and over')
    await waitForSound(page)
    await waitForEvent(page, 'output_audio_buffer.cleared')
    await waitForSilence(page, 200)
    const cancelled = (await eventsOf(page)).find(({ type }) => type === 'response.done')?.response
    assert.deepEqual([cancelled?.status, cancelled?.status_details?.reason], ['cancelled', 'turn_detected'])
  })

  it('the server hangs up, and the page knows', async t => {
    const page = await call(t)
    const record = emulator.calls.at(-1)
    const headers = { authorization: 'Bearer sk-made-up' }
    const hangup = `${emulator.baseUrl}/realtime/calls/${record?.id}/hangup`
    assert.equal((await ask(hangup, { method: 'POST', headers })).status, 200)
    await page.waitForFunction(`call.channel.readyState === 'closed'`)
    assert.equal(record?.ended, 'hangup')
  })

  it('a page that hangs up ends its session', async t => {
    const page = await call(t)
    await page.evaluate('call.peer.close()')
    await eventually(() => emulator.calls.at(-1)?.ended === 'client')
  })
})

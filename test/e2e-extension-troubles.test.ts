import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { type Emulator, startEmulator } from '@parker/emulator'
import { REFERENCE_ORIGIN } from '../examples/extension/build/manifest.ts'
import { type Espn, gamePage, startEspn } from './harness/espn.ts'
import { type ExtensionBrowser, type Installed, install, openExtension } from './harness/extension.ts'
import { freePort } from './harness/free-port.ts'
import { type RunningService, startService } from './harness/service.ts'
import type { SidePanel } from './harness/side-panel.ts'
import { speechWav } from './harness/speech-wav.ts'

const GAME = 'https://www.espn.com/nba/game/_/gameId/1'

const stage = (name: string) => `document.body?.dataset.stage === '${name}'`
const title = (text: string) =>
  `${stage('problem')} && document.querySelector('#problem-title').textContent === ${JSON.stringify(text)}`

describe('what goes wrong in the extension is told kindly', () => {
  let emulator: Emulator
  let service: RunningService
  let espn: Espn
  let wav: string
  let installed: Installed
  let browser: ExtensionBrowser
  let panel: SidePanel
  before(async () => {
    ;[emulator, espn] = await Promise.all([startEmulator(), startEspn()])
    service = await startService(settings({ UPSTREAM_TIMEOUT_MS: '300', UPSTREAM_DEADLINE_MS: '500' }))
    wav = (await speechWav('Who wins?', { beforeMs: 500, afterMs: 2_500 })).path
    espn.put('/nba/game/_/gameId/1', gamePage({ headline: 'Foxes survive', sides: [] }))
    installed = await install(service.url)
    browser = await openExtension(installed, wav, espn.rule)
    await browser.microphone('granted')
    await browser.visit(GAME)
    panel = await browser.clickIcon()
    await panel.waitFor(stage('ready'))
  })
  afterEach(() => emulator.clearFaults())
  after(async () => {
    await browser?.close()
    installed?.remove()
    await service?.stop()
    await Promise.all([emulator?.close(), espn?.close()])
  })

  const settings = (more: Record<string, string>) => ({
    OPENAI_BASE_URL: emulator.baseUrl,
    ALLOWED_ORIGINS: REFERENCE_ORIGIN,
    ...more,
  })

  async function tryAgain(): Promise<void> {
    await panel.click('#problem-act')
    await panel.waitFor(stage('ready'))
  }

  it('an OpenAI that stalls is a full house, and the request can be traced', async () => {
    emulator.setFaults('mint:stall')
    await panel.click('#go')
    await panel.waitFor(title('Full house'))
    const refused = await service.logged(({ msg, status }) => msg === 'request' && status === 504)
    assert.ok((await panel.text()).includes(String(refused.request_id)))
    emulator.clearFaults()
    await tryAgain()
  })

  it('a line on which nothing comes through is given up', async () => {
    emulator.setFaults('call:stalled-channel')
    await panel.click('#go')
    await panel.waitFor(
      `${stage('problem')} && document.querySelector('#problem-tag').textContent === 'Bad line'`,
      40_000,
    )
    emulator.clearFaults()
    await tryAgain()
  })

  it('without a network the panel says so, and is back by itself when the network is', async () => {
    await panel.cdp.send('Network.enable')
    const conditions = { latency: 0, downloadThroughput: -1, uploadThroughput: -1 }
    await panel.cdp.send('Network.emulateNetworkConditions', { offline: true, ...conditions })
    await panel.click('#go')
    await panel.waitFor(title('You are offline'))
    await panel.cdp.send('Network.emulateNetworkConditions', { offline: false, ...conditions })
    await panel.waitFor(stage('ready'))
  })

  it('too many talks wait for a clock that the service sets', async t => {
    const strict = await startService(settings({ RATE_LIMIT_PER_MINUTE: '1' }))
    t.after(() => strict.stop())
    await browser.useService(strict.url)
    await panel.waitFor(stage('ready'))
    await panel.click('#go')
    await panel.waitFor(stage('live'))
    await panel.click('#hang-up')
    await panel.click('#again')
    await panel.click('#go')
    await panel.waitFor(title('Parker needs a breather'))
    assert.match(await panel.evaluate(`document.querySelector('#problem-clock').textContent`), /^(0:[1-5]\d|1:00)$/)
    assert.equal(await panel.evaluate(`document.querySelector('#problem-act').disabled`), true)
  })

  it('a service that is down is told apart, and a new address brings the panel back by itself', async () => {
    await browser.useService(`http://127.0.0.1:${await freePort()}`)
    await panel.waitFor(title('Parker’s service does not answer'))
    assert.ok((await panel.text()).includes('Open the settings'))
    await browser.useService(service.url)
    await panel.waitFor(stage('ready'))
  })

  it('a microphone that is denied in the middle of a talk is not told as one that is missing', async () => {
    await panel.click('#go')
    await panel.waitFor(stage('live'))
    await browser.microphone('denied')
    await panel.waitFor(`document.body.innerText.includes('The microphone is no longer allowed.')`)
    await browser.microphone('granted')
    await panel.click('#hang-up')
    await panel.click('#again')
    await panel.waitFor(stage('ready'))
  })

  it('a microphone that was denied shows how to allow it, and the panel notices when it is', async () => {
    await browser.microphone('denied')
    await panel.waitFor(title('The microphone is blocked'))
    const tab = await browser.ownTab('permission.html', () => panel.click('#problem-act'))
    await tab.getByText('Set Microphone to Allow').waitFor()
    await browser.microphone('granted')
    await tab.getByText('Mic check passed').waitFor()
    await tab.close()
    await panel.waitFor(stage('ready'))
  })
})

import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
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

describe('the extension and its service', () => {
  let emulator: Emulator
  let service: RunningService
  let espn: Espn
  let wav: string
  let installed: Installed
  let browser: ExtensionBrowser
  let panel: SidePanel
  before(async () => {
    ;[emulator, espn] = await Promise.all([startEmulator(), startEspn()])
    service = await startService(settings())
    wav = (await speechWav('Who wins?', { beforeMs: 500, afterMs: 2_500 })).path
    espn.put('/nba/game/_/gameId/1', gamePage({ headline: 'Foxes survive', sides: [] }))
    installed = await install(service.url)
    browser = await openExtension(installed, wav, espn.rule)
    await browser.microphone('granted')
    panel = await openPanel(browser)
  })
  after(async () => {
    await browser?.close()
    installed?.remove()
    await service?.stop()
    await Promise.all([emulator?.close(), espn?.close()])
  })

  const settings = (more: Record<string, string> = {}) => ({
    OPENAI_BASE_URL: emulator.baseUrl,
    ALLOWED_ORIGINS: REFERENCE_ORIGIN,
    ...more,
  })

  async function openPanel(of: ExtensionBrowser): Promise<SidePanel> {
    await of.visit(GAME)
    const opened = await of.clickIcon()
    await opened.waitFor(stage('ready'))
    return opened
  }

  async function hangUp(): Promise<void> {
    await panel.click('#hang-up')
    await panel.click('#again')
    await panel.waitFor(stage('ready'))
  }

  it('an address that cannot be one is refused with a reason, and not saved', async () => {
    assert.match(await browser.useService('http://parker.example'), /Plain http works only for localhost/)
    assert.match(await browser.useService('https://me:secret@parker.example'), /password/)
    assert.match(await browser.useService('parker .example'), /there is a space in it/)
  })

  it('who answers at a saved address is told: Parker, somebody else, nobody', async t => {
    const other = createServer((_request, response) => response.end('<h1>Welcome</h1>')).listen(0, '127.0.0.1')
    const json = createServer((_request, response) => response.end('{"hello":"world"}')).listen(0, '127.0.0.1')
    const missing = createServer((_request, response) => response.writeHead(404).end('Not found')).listen(
      0,
      '127.0.0.1',
    )
    const others = [other, json, missing]
    t.after(() => others.map(server => server.close()))
    await Promise.all(others.map(server => once(server, 'listening')))
    const at = (server: typeof other) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    for (const server of others) await browser.useService(at(server), /Saved, but what answers there is not/)
    await panel.waitFor(stage('problem'))
    assert.match(await panel.text(), /or something else answers at its address/)
    assert.equal(await panel.evaluate(`document.querySelector('#problem-other').hidden`), false)
    await browser.useService(`http://127.0.0.1:${await freePort()}`, /Saved, but nothing answers there/)
    await browser.useService(service.url, /^Saved\. Parker answers there\.$/)
    await panel.waitFor(stage('ready'))
  })

  it('a service for which the permission was not given is called by CORS', async () => {
    await browser.useService(`localhost:${service.port}`)
    await panel.waitFor(stage('ready'))
    const line = await service.logged(
      ({ path, origin }) => path === '/v1/realtime/options' && origin === REFERENCE_ORIGIN,
    )
    assert.equal(line.status, 200)
    await panel.click('#go')
    await panel.waitFor(stage('live'))
    await hangUp()
  })

  it('a talk stays in view when the address is changed, and the next one goes there', async t => {
    const next = await startService(settings())
    t.after(() => next.stop())
    await panel.click('#go')
    await panel.waitFor(stage('live'))
    await browser.useService(next.url)
    await panel.evaluate('new Promise(resolve => setTimeout(resolve, 0))')
    assert.ok(await panel.evaluate(stage('live')))
    await hangUp()
    await panel.click('#go')
    await panel.waitFor(stage('live'))
    await next.logged(({ msg }) => msg === 'token_issued')
    await hangUp()
  })

  it('a service that was left while it kept one waiting does not disturb the talk with the next', async t => {
    const asked = Promise.withResolvers<void>()
    const slow = createServer(() => asked.resolve()).listen(0, '127.0.0.1')
    t.after(() => slow.close().closeAllConnections())
    await once(slow, 'listening')
    await browser.useService(`http://127.0.0.1:${(slow.address() as AddressInfo).port}`)
    await asked.promise
    await browser.useService(service.url)
    await panel.waitFor(stage('ready'))
    await panel.click('#go')
    await panel.waitFor(stage('live'))
    slow.close().closeAllConnections()
    await panel.evaluate('new Promise(resolve => setTimeout(resolve, 300))')
    assert.ok(await panel.evaluate(stage('live')))
    await hangUp()
  })

  it('a service that places the calls itself is talked to in the same way, and ends them when one hangs up', async t => {
    const unified = await startService(settings({ CALL_MODE: 'unified' }))
    t.after(() => unified.stop())
    await browser.useService(unified.url)
    await panel.waitFor(stage('ready'))
    await panel.click('#go')
    await panel.waitFor(stage('live'))
    assert.equal(emulator.calls.at(-1)?.form, 'unified')
    await hangUp()
    const line = await unified.logged(({ msg, method }) => msg === 'request' && method === 'DELETE')
    assert.ok(Number(line.status) < 300)
    await unified.logged(({ msg }) => msg === 'call_ended')
  })

  it('an extension with another id is refused, and shows the origin that would have to be allowed', async t => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const key = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
    const other = await install(service.url, key)
    const itsBrowser = await openExtension(other, wav, espn.rule)
    t.after(async () => {
      await itsBrowser.close()
      other.remove()
    })
    await itsBrowser.microphone('granted')
    const itsPanel = await openPanel(itsBrowser)
    await itsPanel.click('#go')
    await itsPanel.waitFor(stage('problem'))
    assert.ok((await itsPanel.text()).includes('The service does not know this extension'))
    assert.notEqual(other.origin, REFERENCE_ORIGIN)
    assert.equal(await itsPanel.evaluate(`document.querySelector('#origin').value`), other.origin)
    const line = await service.logged(({ msg, origin }) => msg === 'request' && origin === other.origin)
    assert.equal(line.status, 403)
  })
})

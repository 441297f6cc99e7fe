import assert from 'node:assert/strict'
import type { IncomingHttpHeaders } from 'node:http'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { type Emulator, startEmulator } from '../packages/emulator/src/emulator.ts'
import { openVoiceBrowser, type Site, startSite } from './harness/browser.ts'
import { callsStage } from './harness/calls-stage.ts'
import { eventually } from './harness/eventually.ts'
import { startProxy } from './harness/forwarding-proxy.ts'
import { freePort } from './harness/free-port.ts'
import { listenIn, statsOf, waitForSound } from './harness/listening.ts'
import { API_KEY, type RunningService, startService } from './harness/service.ts'
import { serviceFor } from './harness/services.ts'
import { speechWav } from './harness/speech-wav.ts'
import { openTalkingPage, talk, toldIn } from './harness/talking.ts'

describe('the client with unified calls', () => {
  let emulator: Emulator
  let service: RunningService
  let site: Site
  let browser: Browser
  before(async () => {
    const { path } = await speechWav('Hm.', { beforeMs: 60_000 })
    ;[emulator, site, browser] = await Promise.all([
      startEmulator({ apiKey: API_KEY }),
      startSite(),
      openVoiceBrowser(path),
    ])
    service = await startService({
      CALL_MODE: 'unified',
      MAX_CALLS_PER_CLIENT: '1',
      OPENAI_BASE_URL: emulator.baseUrl,
      ALLOWED_ORIGINS: site.originAs('localhost'),
    })
  })
  after(async () => {
    await browser?.close()
    await service?.stop()
    await site?.close()
    await emulator?.close()
  })

  async function newPage(address = service.url): Promise<Page> {
    const page = await browser.newPage()
    await listenIn(page)
    await openTalkingPage(page, site.originAs('localhost'), { service: address })
    return page
  }

  it('is unchanged: it connects, hears Parker, hangs up at the service, and knows its refusals', async () => {
    const page = await newPage()
    await talk(page, { greet: true })
    assert.deepEqual((await toldIn(page)).errors, [])
    await waitForSound(page)
    assert.equal((await statsOf(page)).packetsLost, 0)
    assert.equal(emulator.calls.at(-1)?.form, 'unified')

    const second = await newPage()
    await talk(second)
    assert.deepEqual(
      (await toldIn(second)).errors.map(({ code }) => code),
      ['too-many-calls'],
    )

    const hungUp = page.waitForRequest(request => request.method() === 'DELETE')
    await page.evaluate('call.hangUp()')
    assert.match(new URL((await hungUp).url()).pathname, /^\/v1\/realtime\/calls\/\w+/)
    await eventually(() => emulator.calls.at(-1)?.ended !== null)
    await service.logged(({ msg }) => msg === 'call_ended')
  })

  it('finds everything below a path, where a proxy mounts the service there', async t => {
    const PORT = String(await freePort())
    const proxy = await startProxy(`http://127.0.0.1:${PORT}`, { below: '/parker' })
    t.after(() => proxy.close())
    const ALLOWED_ORIGINS = site.originAs('localhost')
    const common = { CALL_MODE: 'unified', OPENAI_BASE_URL: emulator.baseUrl, ALLOWED_ORIGINS }
    const mounted = await serviceFor(t, { ...common, PORT, PUBLIC_URL: proxy.url })
    const page = await newPage(`${proxy.url}/`)
    await talk(page)
    assert.deepEqual((await toldIn(page)).errors, [])
    await page.evaluate('call.hangUp()')
    const { reason } = await mounted.logged(({ msg }) => msg === 'call_ended')
    assert.equal(reason, 'owner')
    assert.equal(await page.evaluate('call.report({ rating: 5 })'), true)
    await page.close()
  })

  it('ends a call whose answer breaks off', async t => {
    const stage = await callsStage(t, { ALLOWED_ORIGINS: site.originAs('localhost') })
    const breakOff = (headers: IncomingHttpHeaders) =>
      headers.location ? { ...headers, 'content-length': '9999', connection: 'close' } : headers
    const proxy = await startProxy(stage.service.url, { answer: breakOff })
    t.after(() => proxy.close())
    const page = await newPage(proxy.url)
    await talk(page)
    assert.deepEqual(
      (await toldIn(page)).errors.map(({ code }) => code),
      ['service-failed'],
    )
    const { reason } = await stage.service.logged(({ msg }) => msg === 'call_ended')
    assert.equal(reason, 'owner')
    await page.close()
  })
})

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, afterEach, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { SENTENCES } from '../packages/client/src/errors.ts'
import { type Emulator, startEmulator } from '../packages/emulator/src/emulator.ts'
import { ask } from './harness/ask.ts'
import { openBrowser, openVoiceBrowser, type Site, startSite } from './harness/browser.ts'
import { eventually } from './harness/eventually.ts'
import { freePort } from './harness/free-port.ts'
import { listenIn, waitForSilence, waitForSound } from './harness/listening.ts'
import { API_KEY, type RunningService, startService } from './harness/service.ts'
import { speechWav } from './harness/speech-wav.ts'
import { openTalkingPage, talk, toldIn, waitForError, waitForEvent, waitForState } from './harness/talking.ts'

const EMULATOR = fileURLToPath(new URL('../packages/emulator/src/cli.ts', import.meta.url))
const SPOKEN = 'Say "And the crowd goes wild, the whole house is on its feet, what a night, what a night it is."'

describe('what goes wrong, as the user learns of it', () => {
  let emulator: Emulator
  let service: RunningService
  let site: Site
  let browser: Browser
  before(async () => {
    // The microphone is as good as silent: these users write.
    const { path } = await speechWav('Hm.', { beforeMs: 60_000 })
    ;[emulator, site, browser] = await Promise.all([startEmulator(), startSite(), openVoiceBrowser(path)])
    service = await startService({
      OPENAI_BASE_URL: emulator.baseUrl,
      ALLOWED_ORIGINS: site.originAs('localhost'),
      UPSTREAM_MAX_RETRIES: '0',
    })
  })
  afterEach(async () => {
    emulator.clearFaults()
    await Promise.all(browser.contexts().map(context => context.close()))
  })
  after(async () => {
    await browser?.close()
    await service?.stop()
    await site?.close()
    await emulator?.close()
  })

  interface Place {
    origin?: string
    service?: string
    within?: Browser
  }

  async function newPage({ origin = site.originAs('localhost'), service: url = service.url, within = browser }: Place) {
    const page = await within.newPage()
    await listenIn(page)
    await page.clock.install()
    await openTalkingPage(page, origin, { service: url })
    return page
  }

  /** The only error of a call that did not come about. */
  async function failure(page: Page) {
    const { states, errors } = await toldIn(page)
    assert.equal(states.at(-1), 'failed')
    assert.equal(errors.length, 1)
    const [error] = errors
    assert.equal(error?.message, SENTENCES[error?.code as keyof typeof SENTENCES])
    return error
  }

  it('sound that the browser blocks is played at the first click that lets it', async () => {
    const page = await newPage({})
    await page.evaluate(`{
      const audio = new Audio()
      const play = audio.play.bind(audio)
      window.plays = 0
      audio.play = async () => {
        if (++plays < 3) throw new DOMException('', 'NotAllowedError')
        await play()
        window.played = true
      }
      newCall({ audio })
      void call.connect()
    }`)
    await waitForError(page, 'sound-blocked')
    await page.mouse.click(1, 1)
    await page.mouse.click(1, 1)
    await page.waitForFunction('window.played', undefined, { polling: 20 })
    await page.mouse.click(1, 1)
    assert.equal(await page.evaluate('plays'), 3)
    assert.deepEqual(
      (await toldIn(page)).errors.map(({ code }) => code),
      ['sound-blocked'],
    )
  })

  const FAULTS = [
    ['mint:status=429,retry-after=7', 'overloaded'],
    ['mint:status=429,code=insufficient_quota', 'budget'],
    ['mint:status=500', 'overloaded'],
    ['mint:status=401', 'service-failed'],
    ['call:status=401', 'token-invalid'],
    ['call:status=402', 'budget'],
    ['call:status=409', 'overloaded'],
    ['call:status=413', 'openai-refused'],
    ['call:status=429', 'overloaded'],
    ['call:status=500', 'openai-unreachable'],
    ['call:status=503', 'overloaded'],
    ['call:status=400', 'openai-refused'],
    ['call:garbage', 'openai-unreachable'],
    ['call:cut', 'openai-unreachable'],
    ['call:reset', 'openai-unreachable'],
  ] as const
  for (const [fault, code] of FAULTS)
    it(`${fault} is ${code}`, async () => {
      emulator.setFaults(fault)
      const page = await newPage({})
      await talk(page)
      const error = await failure(page)
      assert.equal(error?.code, code)
      if (fault.includes('retry-after')) assert.equal(error?.retryAfter, 7)
    })

  const SILENT_ENDS = [
    ['call:ice-failure', 'udp-blocked'],
    ['call:stalled-channel', 'channel-stalled'],
  ] as const
  for (const [fault, code] of SILENT_ENDS)
    it(`${fault} is ${code}, after a while`, async () => {
      emulator.setFaults(fault)
      const page = await newPage({})
      await page.evaluate('newCall({}); void call.connect()')
      await waitForState(page, 'connecting')
      const through = fault === 'call:stalled-channel' ? 'connected' : 'checking'
      await page.waitForFunction(`listening.peers.at(-1)?.iceConnectionState === '${through}'`)
      await page.clock.fastForward(12_000)
      await waitForError(page, code)
      assert.equal((await failure(page))?.code, code)
    })

  /** The session of the newest token. */
  const newestSession = () => service.logs().findLast(({ msg }) => msg === 'token_issued')?.session_id
  const sessionAfter = async (earlier: unknown) => {
    await eventually(() => newestSession() !== earlier)
    return newestSession()
  }
  const reportsOn = (id: unknown) =>
    service.logs().filter(({ msg, session_id }) => msg === 'voice_report' && session_id === id)

  it('a call that did not come about is reported when the page is left, once', async () => {
    emulator.setFaults('call:status=503')
    const page = await newPage({})
    const before = newestSession()
    await talk(page)
    assert.equal((await failure(page))?.code, 'overloaded')
    const session = await sessionAfter(before)
    await page.goto('about:blank')
    await eventually(() => reportsOn(session).length > 0)
    assert.deepEqual(
      reportsOn(session).map(({ ended }) => ended),
      ['never_connected'],
    )
  })

  it('a call that was only prepared is not reported', async () => {
    const page = await newPage({})
    const before = newestSession()
    await page.evaluate('newCall({}); call.prepare()')
    const prepared = await sessionAfter(before)
    await page.evaluate('call.hangUp()')
    await talk(page)
    const session = await sessionAfter(prepared)
    await page.goto('about:blank')
    await eventually(() => reportsOn(session).length > 0)
    assert.deepEqual(reportsOn(prepared), [])
  })

  const REPLIES = [
    ['reply:failed', 'response-failed', 'response.done', 0],
    ['reply:no-answer', 'no-answer', 'response.created', 15_000],
    ['reply:silence', 'no-sound', 'output_audio_buffer.started', 5_000],
  ] as const
  for (const [fault, code, event, waitMs] of REPLIES)
    it(`${fault} is ${code}, and the conversation goes on`, async () => {
      const page = await newPage({})
      await talk(page)
      emulator.setFaults(`${fault},times=1`)
      await page.evaluate(`call.say('${SPOKEN}')`)
      await waitForEvent(page, event)
      await page.clock.fastForward(waitMs)
      await waitForError(page, code)
      await page.evaluate(`call.say('Say "Here I am again."')`)
      await waitForSound(page)
      assert.deepEqual(
        (await toldIn(page)).errors.map(error => error.code),
        [code],
      )
    })

  it('a short answer without a sound is no-sound as soon as it is over, told after the state', async () => {
    const page = await newPage({})
    await talk(page)
    emulator.setFaults('reply:silence,times=1')
    await page.evaluate(`
      window.order = []
      call.on('state', ({ name }) => order.push(name))
      call.on('error', ({ code }) => order.push(code))
      call.say('Say "Nothing but net, and nothing but net again."')`)
    await waitForEvent(page, 'output_audio_buffer.stopped')
    const order = (await page.evaluate('order')) as string[]
    assert.deepEqual(order.slice(order.indexOf('speaking')), ['speaking', 'listening', 'no-sound'])
  })

  it('a call that is hung up because of an error ends once', async () => {
    const page = await newPage({})
    await talk(page)
    emulator.setFaults('reply:silence,times=1')
    await page.evaluate(`
      call.on('error', () => call.hangUp())
      call.say('Say "Nothing but net, and nothing but net again."')`)
    await waitForEvent(page, 'output_audio_buffer.stopped')
    const { states } = await toldIn(page)
    assert.deepEqual(states.slice(states.indexOf('speaking')), ['speaking', 'listening', 'ended: hung-up'])
  })

  it('what the browser does not let be heard is not called no-sound; a click lets it be heard', async () => {
    const page = await newPage({})
    await page.evaluate(`
      window.contexts = []
      window.AudioContext = class extends AudioContext {
        constructor() {
          super()
          contexts.push(this)
        }
      }`)
    await talk(page)
    await page.evaluate('Promise.all(contexts.map(context => context.suspend()))')
    await page.evaluate(`call.say('${SPOKEN}')`)
    await waitForEvent(page, 'output_audio_buffer.started')
    await page.clock.fastForward(5_000)
    const { errors, loudest } = await toldIn(page)
    assert.deepEqual([errors, loudest.parker], [[], 0])
    await page.mouse.click(10, 10)
    await page.waitForFunction('told.loudest.parker > 0.01', undefined, { polling: 20 })
  })

  it('reply:lost-packets is poor-connection, while Parker goes on', async () => {
    emulator.setFaults('reply:lost-packets')
    const page = await newPage({})
    await talk(page)
    await page.evaluate(`call.say('${SPOKEN}')`)
    await waitForError(page, 'poor-connection')
    assert.ok(await page.evaluate(`['speaking', 'listening'].includes(call.state.name)`))
    const { stats } = (await page.evaluate('call.summary()')) as { stats: { packets_lost: number } }
    assert.ok(stats.packets_lost > 0)
  })

  it('an answer that is late, or only sounds wrong, is no error', async () => {
    const page = await newPage({})
    await talk(page)
    for (const fault of ['late', 'clipping']) {
      emulator.setFaults(`reply:${fault}`)
      await page.evaluate(`call.say('Say "One, two, three."')`)
      await waitForSound(page)
      await page.waitForFunction(`call.state.name === 'listening'`)
      await waitForSilence(page, 200)
    }
    assert.deepEqual((await toldIn(page)).errors, [])
  })

  it('a call that is hung up by the other side is session-ended', async () => {
    const page = await newPage({})
    await talk(page)
    const headers = { authorization: `Bearer ${API_KEY}` }
    const call = emulator.calls.at(-1)?.id
    assert.equal(
      (await ask(`${emulator.baseUrl}/realtime/calls/${call}/hangup`, { method: 'POST', headers })).status,
      200,
    )
    await waitForError(page, 'session-ended')
    assert.equal((await failure(page))?.code, 'session-ended')
    for (const step of ['connect', 'prepare'])
      assert.equal(await page.evaluate(`call.${step}().catch(({ code }) => code)`), 'session-ended')
  })

  it('a session that reaches its limit is session-ended', async () => {
    const short = await startEmulator({ sessionSeconds: 2 })
    const its = await startService({ OPENAI_BASE_URL: short.baseUrl, ALLOWED_ORIGINS: site.originAs('localhost') })
    try {
      const page = await newPage({ service: its.url })
      await talk(page)
      await waitForError(page, 'session-ended')
      assert.match((await failure(page))?.detail ?? '', /maximum duration/)
    } finally {
      await its.stop()
      await short.close()
    }
  })

  it('a connection that breaks off is call-lost, once it had the time to heal', async () => {
    const port = await freePort()
    const other = spawn(process.execPath, [EMULATOR, '--port', String(port)])
    try {
      await once(other.stdout, 'data')
      const its = { OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`, ALLOWED_ORIGINS: site.originAs('localhost') }
      const lone = await startService(its)
      const page = await newPage({ service: lone.url })
      await talk(page)
      assert.equal(await page.evaluate('call.state.name'), 'listening')
      other.kill('SIGKILL')
      await page.waitForFunction(`listening.peers.at(-1).connectionState === 'disconnected'`)
      assert.equal(await page.evaluate('call.state.name'), 'listening')
      await page.clock.fastForward(8_000)
      await waitForError(page, 'call-lost')
      assert.equal((await failure(page))?.code, 'call-lost')
      await lone.stop()
    } finally {
      other.kill('SIGKILL')
    }
  })

  it('a browser that is offline is offline', async () => {
    const page = await newPage({})
    await page.context().setOffline(true)
    await talk(page)
    assert.equal((await failure(page))?.code, 'offline')
  })

  it('a service that is down is service-unreachable, one that does not allow the page is origin-refused', async () => {
    const nowhere = await newPage({ service: `http://127.0.0.1:${await freePort()}` })
    await talk(nowhere)
    assert.equal((await failure(nowhere))?.code, 'service-unreachable')
    const foreign = await newPage({ origin: site.originAs('127.0.0.1') })
    await talk(foreign)
    const { code, detail } = (await failure(foreign)) ?? {}
    assert.equal(code, 'origin-refused')
    for (const part of [service.url, 'ALLOWED_ORIGINS', site.originAs('127.0.0.1')]) assert.ok(detail?.includes(part))
  })

  it('something else that answers in the service’s place is service-failed, asked once and told nothing', async () => {
    const asked: string[] = []
    const other = createServer(({ method, url }, response) => {
      if (method !== 'OPTIONS') asked.push(`${method} ${url}`)
      response.setHeader('access-control-allow-origin', '*').setHeader('access-control-allow-headers', '*').end('{}')
    }).listen(0, '127.0.0.1')
    await once(other, 'listening')
    try {
      const page = await newPage({ service: `http://127.0.0.1:${(other.address() as AddressInfo).port}` })
      await talk(page)
      const { code, detail = '' } = (await failure(page)) ?? {}
      assert.equal(code, 'service-failed')
      assert.match(detail, /the Parker service\?/)
      assert.equal(await page.evaluate('call.report()'), false)
      assert.deepEqual(asked, ['POST /v1/realtime/token'])
    } finally {
      other.close().closeAllConnections()
    }
  })

  it('a page that is not secure has no microphone: microphone-insecure', async () => {
    const page = await newPage({ origin: site.originAs('parker.test') })
    await talk(page)
    assert.equal((await failure(page))?.code, 'microphone-insecure')
  })

  it('a microphone that was refused is microphone-blocked, and no call is begun', async () => {
    const refusing = await openBrowser('--use-fake-device-for-media-stream')
    try {
      const page = await newPage({ within: refusing })
      await talk(page)
      assert.equal((await failure(page))?.code, 'microphone-blocked')
      assert.equal(await page.evaluate('listening.peers.length'), 0)
    } finally {
      await refusing.close()
    }
  })

  /** A call is got ready, then its microphone goes. Pages open another while `held` lets them; `asked` counts, `opened` keeps. */
  async function pageWithoutItsMicrophone() {
    const page = await newPage({})
    await page.evaluate(`
      window.asked = 0
      window.opened = []
      window.held = Promise.withResolvers()
      held.resolve()
      const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
      navigator.mediaDevices.getUserMedia = async wish => {
        asked++
        await held.promise
        const stream = await open(wish)
        opened.push(stream)
        return stream
      }
      newCall({})`)
    await page.evaluate('call.prepare()')
    await page.evaluate('opened[0].getTracks()[0].stop()')
    return page
  }

  it('a microphone that goes between getting ready and connecting is opened anew, muted or not as before', async () => {
    const page = await pageWithoutItsMicrophone()
    await page.evaluate('call.mute(true); call.connect()')
    assert.deepEqual(
      await page.evaluate(`listening.peers.at(-1).getSenders().map(({ track }) => [track.readyState, track.enabled])`),
      [['live', false]],
    )
    assert.equal(await page.evaluate('asked'), 2)
  })

  it('a call that is hung up while its microphone is opened anew lets go of it, and opens no connection', async () => {
    const page = await pageWithoutItsMicrophone()
    await page.evaluate('window.held = Promise.withResolvers(); void call.connect().catch(() => {})')
    await page.waitForFunction('asked === 2', undefined, { polling: 20 })
    await page.evaluate('call.hangUp(); held.resolve()')
    await page.waitForFunction('opened.length === 2', undefined, { polling: 20 })
    assert.deepEqual(await page.evaluate('[opened.map(({ active }) => active), listening.peers.length]'), [
      [false, false],
      0,
    ])
  })

  it('a call that is hung up as it begins to connect does not open its microphone anew', async () => {
    const page = await pageWithoutItsMicrophone()
    await page.evaluate(`call.on('state', ({ name }) => name === 'connecting' && call.hangUp())`)
    assert.equal(await page.evaluate('call.connect().catch(({ code }) => code)'), 'hung-up')
    assert.equal(await page.evaluate('asked'), 1)
  })

  it('a machine without a microphone is microphone-missing', async () => {
    const deaf = await openBrowser()
    try {
      const page = await newPage({ within: deaf })
      await talk(page)
      assert.equal((await failure(page))?.code, 'microphone-missing')
    } finally {
      await deaf.close()
    }
  })
})

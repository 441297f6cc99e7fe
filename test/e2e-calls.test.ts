import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { type Emulator, startEmulator } from '../packages/emulator/src/emulator.ts'
import type { CallRecord } from '../packages/emulator/src/realtime/call-book.ts'
import { openVoiceBrowser, type Site, startSite } from './harness/browser.ts'
import { listCalls, readCall, takeTicket } from './harness/call-client.ts'
import { ADMIN_TOKEN, callsService, ended } from './harness/calls-stage.ts'
import { eventually } from './harness/eventually.ts'
import { listenIn, waitForSound } from './harness/listening.ts'
import type { LogLine } from './harness/log-lines.ts'
import { openCallPage, waitForEvent, write } from './harness/raw-call.ts'
import { startRedis } from './harness/redis.ts'
import { openSdkPage } from './harness/sdk-page.ts'
import type { RunningService } from './harness/service.ts'
import { speechWav } from './harness/speech-wav.ts'
import { openTalkingPage, talk, toldIn } from './harness/talking.ts'

const QUESTION = 'Who is going to win tonight?'

type Session = { instructions?: string; tools?: unknown[] }
const sessionOf = (record: CallRecord | undefined) => (record?.session ?? {}) as Session
const wordsOf = (record: CallRecord | undefined) => sessionOf(record).instructions ?? ''

describe('a unified call in Chromium, with voices on the line', { timeout: 300_000 }, () => {
  let emulator: Emulator
  let site: Site
  let browser: Browser
  let service: RunningService
  const ends: (() => unknown)[] = []
  const forAll = { after: (end: () => unknown) => void ends.push(end) }

  before(async () => {
    const { path } = await speechWav(QUESTION, { beforeMs: 2_000, afterMs: 8_000 })
    ;[emulator, site, browser] = await Promise.all([
      startEmulator({ heard: [QUESTION] }),
      startSite(),
      openVoiceBrowser(path, 'over and over'),
    ])
    service = await start({}, forAll)
  })
  afterEach(() => Promise.all(browser.contexts().map(context => context.close())))
  after(async () => {
    await browser?.close()
    for (const end of ends.reverse()) await end()
    await site?.close()
    await emulator?.close()
  })

  function start(
    settings: Record<string, string>,
    scope: { after(end: () => unknown): void },
  ): Promise<RunningService> {
    const origin = site.originAs('localhost')
    // The emulator loads WebRTC with the first call, which takes a busy machine longer than OpenAI may take.
    const patient = { UPSTREAM_TIMEOUT_MS: '60000', UPSTREAM_DEADLINE_MS: '60000', RATE_LIMIT_PER_MINUTE: '100' }
    return callsService(scope, emulator, { ALLOWED_ORIGINS: origin, ...patient, ...settings })
  }

  async function newPage(): Promise<Page> {
    const page = await browser.newPage()
    await listenIn(page)
    return page
  }

  /** A page that is in a call by the browser's own means, and the id of its call. */
  async function connected(at: RunningService): Promise<{ page: Page; id: string; ticket: string }> {
    const page = await newPage()
    await openCallPage(page, site.originAs('localhost'))
    const ticket = await takeTicket(at.url)
    await page.evaluate(`startCall('${at.url}/v1/realtime/calls', '${ticket}')`)
    await waitForEvent(page, 'session.created')
    const location: string = await page.evaluate('call.location')
    return { page, id: location.split('/').at(-1) ?? '', ticket }
  }

  /** The end of a call as the service tells it, once the line in the page is dead too. */
  async function endedFor(page: Page, at: RunningService, id: string): Promise<LogLine> {
    const line = await ended(at, id)
    await page.waitForFunction(`call.channel.readyState === 'closed'`, undefined, { timeout: 30_000 })
    const record = emulator.calls.find(call => call.id === id)
    assert.ok(record?.ended, 'OpenAI has ended it too')
    return line
  }

  it('is held by our client, which knows nothing of it, and has a receipt', async () => {
    const page = await newPage()
    await openTalkingPage(page, site.originAs('localhost'), { service: service.url })
    await talk(page)
    assert.deepEqual((await toldIn(page)).errors, [])
    await waitForSound(page, 60_000)
    const [record] = emulator.calls.slice(-1)
    assert.deepEqual([record?.form, emulator.mints], ['unified', 0])
    const { json } = await listCalls(service.url, 'state=active', ADMIN_TOKEN)
    assert.equal(json.calls[0].id, record?.id)
    await page.waitForFunction(`Object.values(told.lines).some(({ who, final }) => who === 'parker' && final)`)
    await page.evaluate('call.hangUp()')
    const { reason, responses, usd, tokens } = await ended(service, record?.id ?? '')
    assert.equal(reason, 'owner', 'the client says so itself')
    assert.ok(Number(responses) >= 1 && Number(usd) > 0, JSON.stringify({ responses, usd }))
    assert.ok(((tokens as Record<string, number>).audio_out ?? 0) > 0)
  })

  it('is held by the official SDK with no change but the address; its own words are put back, and in the end it is hung up', async () => {
    const page = await newPage()
    await openSdkPage(page, site.originAs('localhost'))
    // The model that the SDK names by itself; OpenAI refuses to change it in a session.
    const ticket = await takeTicket(service.url, { model: 'gpt-realtime-2.1' })
    await page.evaluate(`startSession('${service.url}/v1/realtime/calls', '${ticket}')`)
    const callId: string = await page.evaluate('sdk.transport.callId')
    const record = emulator.calls.find(({ id }) => id === callId)
    await waitForSound(page, 60_000)
    await eventually(() => wordsOf(record).startsWith('You are Parker, a sports commentator'))
    assert.deepEqual(sessionOf(record).tools, [])
    const { json } = await readCall(service.url, callId, ticket)
    assert.deepEqual([json.state, json.drifts], ['active', 1])
    for (let n = 2; n <= 4; n++) {
      const session = { type: 'realtime', instructions: `Sing, ${n}.` }
      await page.evaluate(`sdk.transport.sendEvent(${JSON.stringify({ type: 'session.update', session })})`)
      await service.logged(({ msg, call_id }) => msg === 'call_drift' && call_id === callId)
      await eventually(
        () => service.logs().filter(line => line.msg === 'call_drift' && line.call_id === callId).length >= n,
      )
      await eventually(() => n === 4 || !wordsOf(record).startsWith('Sing'))
    }
    assert.equal((await ended(service, callId)).reason, 'drift')
    await eventually(() => record?.ended !== null)
  })

  it('is had once for a ticket', async () => {
    const { page, ticket } = await connected(service)
    const again = page.evaluate(`startCall('${service.url}/v1/realtime/calls', '${ticket}')`)
    await assert.rejects(again, /401 .*ticket_used/)
  })

  it('ends in the page when its time is up', async t => {
    const brief = await start({ MAX_CALL_SECONDS: '3' }, t)
    const { page, id } = await connected(brief)
    const { reason, seconds } = await endedFor(page, brief, id)
    assert.equal(reason, 'max_seconds')
    assert.ok(Number(seconds) >= 3)
  })

  it('ends in the page when its money is spent', async t => {
    const thrifty = await start({ MAX_CALL_USD: '0.0001' }, t)
    const { page, id } = await connected(thrifty)
    await write(page, 'Please say "Four points ahead."')
    const { reason, responses } = await endedFor(page, thrifty, id)
    assert.deepEqual([reason, responses], ['max_usd', 1])
  })

  it('ends in the page when the human falls silent', async t => {
    const impatient = await start({ CALL_IDLE_SECONDS: '10' }, t)
    const { page, id } = await connected(impatient)
    await page.evaluate('speak()')
    await waitForEvent(page, 'input_audio_buffer.speech_stopped')
    await page.evaluate('call.sender.replaceTrack(null)')
    assert.equal((await endedFor(page, impatient, id)).reason, 'idle')
  })

  it('is hung up in time by another instance when its own is killed', async t => {
    const redis = await startRedis()
    t.after(() => redis.kill())
    const settings = { REDIS_URL: redis.url, MAX_CALL_SECONDS: '20' }
    const [one, two] = [await start(settings, t), await start(settings, t)]
    const { page, id } = await connected(one)
    one.child.kill('SIGKILL')
    const { reason, seconds } = await endedFor(page, two, id)
    assert.equal(reason, 'max_seconds')
    assert.ok(Number(seconds) >= 20 && Number(seconds) < 40, `${seconds} s`)
  })

  it('does not stay behind when the browser leaves while it is placed', async () => {
    emulator.setLatency(3_000, 'call')
    const placings = () => emulator.requests.filter(({ path }) => path.endsWith('/realtime/calls')).length
    const before = placings()
    const page = await newPage()
    await openCallPage(page, site.originAs('localhost'))
    const ticket = await takeTicket(service.url)
    page.evaluate(`startCall('${service.url}/v1/realtime/calls', '${ticket}')`).catch(() => {})
    await eventually(() => placings() > before)
    await page.close()
    const { call_id } = await service.logged(({ msg, reason }) => msg === 'call_ended' && reason === 'caller_gone')
    emulator.setLatency(0, 'call')
    await eventually(() => emulator.calls.find(({ id }) => id === call_id)?.ended !== null)
    assert.ok(emulator.hangups.some(({ callId }) => callId === call_id))
  })
})

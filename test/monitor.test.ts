import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it, type TestContext } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { type Emulator, startEmulator } from '../packages/emulator/src/emulator.ts'
import { ask, askToken } from './harness/ask.ts'
import { openBrowser } from './harness/browser.ts'
import { endCall, placeCall } from './harness/call-client.ts'
import { as, callsService, callsStage, ended, response } from './harness/calls-stage.ts'
import { openEvents, type ServerEvent } from './harness/events.ts'
import { assertFailure } from './harness/failures.ts'
import { report } from './harness/reports.ts'
import { API_KEY, type RunningService, startService } from './harness/service.ts'

const ADMIN_TOKEN = 'operators-only-0123456789'
const OPERATOR = { authorization: `Bearer ${ADMIN_TOKEN}` }
const COMMENT = 'He knows <b>his</b> hockey.'

let emulator: Emulator
before(async () => {
  emulator = await startEmulator({ apiKey: API_KEY, latencyMs: 60, record: false, log: () => {} })
})
after(() => emulator.close())

const start = (settings: Record<string, string> = {}) =>
  startService({ OPENAI_BASE_URL: emulator.baseUrl, ADMIN_TOKEN, TRUST_PROXY: '1', ...settings })

async function startFor(t: TestContext, settings: Record<string, string> = {}): Promise<RunningService> {
  const service = await start(settings)
  t.after(() => service.child.kill('SIGKILL'))
  return service
}

describe('GET /v1/voice/events', () => {
  let service: RunningService
  before(async () => {
    service = await start()
  })
  after(() => service.child.kill('SIGKILL'))
  const watch = () => openEvents(`${service.url}/v1/voice/events`, OPERATOR)

  it('is for operators only, and not there where there are none', async t => {
    assertFailure(await ask(`${service.url}/v1/voice/events`), 401, 'unauthenticated')
    const wrong = { authorization: `Bearer ${ADMIN_TOKEN}x` }
    assertFailure(await ask(`${service.url}/v1/voice/events`, { headers: wrong }), 401, 'unauthenticated')
    const without = await startFor(t, { ADMIN_TOKEN: '' })
    assertFailure(await ask(`${without.url}/v1/voice/events`, { headers: OPERATOR }), 404, 'not_found')
    assertFailure(await ask(`${without.url}/monitor`), 404, 'not_found')
    assertFailure(await ask(`${without.url}/monitor/main.js`), 404, 'not_found')
  })

  it('tells the past first and then what happens: outcomes, times, errors with their ids, comments', async () => {
    const { json } = await askToken(service.url, { voice: 'cedar', mode: 'debate' })
    await askToken(service.url, { voice: 'nobody' }, { 'x-request-id': 'not-a-voice' })
    await ask(`${service.url}/wp-admin`, { headers: { 'x-request-id': 'a-stranger' } })
    await report(service.url, { rating: 4, comment: COMMENT }, { 'x-request-id': 'a-comment' }, json.report_key)
    const stream = await watch()
    assert.match(stream.headers.get('content-type') ?? '', /^text\/event-stream/)
    const [about, history] = [
      await stream.heard(({ name }) => name === 'about'),
      await stream.heard(({ name }) => name === 'history'),
    ]
    assert.deepEqual(about.data, { version: '1.0.0', calls: false })
    assert.equal(history.data.point_seconds, 5)
    const error = history.data.errors.at(-1)
    assert.deepEqual(
      [error.request_id, error.status, error.type, error.route],
      ['not-a-voice', 422, 'validation_failed', '/v1/realtime/token'],
      'the newest is last; addresses that are not there are no news',
    )
    const [{ comment, rating, voice, mode, request_id }] = history.data.comments
    assert.deepEqual([comment, rating, voice, mode, request_id], [COMMENT, 4, 'cedar', 'debate', 'a-comment'])

    // A point may have been taken between the requests, or before the stream was opened.
    const isNow = ({ name }: ServerEvent) => name === 'now'
    const points = () => [...history.data.points, ...stream.events.filter(isNow).map(({ data }) => data.point)]
    const total = (name: string) => points().reduce((sum, point) => sum + point[name], 0)
    await stream.heard(event => isNow(event) && total('cold') + total('refused') === 2)
    assert.deepEqual(['cold', 'warm', 'refused', 'failed'].map(total), [1, 0, 1, 0])
    const point = points().find(({ cold }) => cold === 1)
    assert.equal(point.breaker, 'closed')
    assert.ok(point.mint_ms.p50 >= 55 && point.own_ms.p50 < point.mint_ms.p50, JSON.stringify(point))
    const { figures, instances } = (await stream.heard(({ name }) => name === 'voices')).data
    assert.deepEqual([instances, figures.by_voice.cedar.requests, figures.by_mode.debate.satisfaction.mean], [1, 1, 4])
    stream.close()

    const later = await watch()
    assert.equal((await later.heard(({ name }) => name === 'history')).data.points.at(-1).cold >= 0, true)
    later.close()
  })

  it('counts a caller’s limit as a limit', async t => {
    const strict = await startFor(t, { RATE_LIMIT_PER_MINUTE: '1' })
    const stream = await openEvents(`${strict.url}/v1/voice/events`, OPERATOR)
    for (let i = 0; i < 3; i++) await askToken(strict.url)
    const told = () => stream.events.filter(({ name }) => name === 'now').map(({ data }) => data.point)
    const sum = (count: (point: { limited: number; limits: Record<string, number> }) => number) =>
      told().reduce((all, point) => all + count(point), 0)
    await stream.heard(() => sum(({ limited }) => limited) === 2)
    assert.equal(
      sum(({ limits }) => limits.rate_limited ?? 0),
      2,
    )
    stream.close()
  })

  it('has no room for more than sixteen, until one goes', async t => {
    const { url } = await startFor(t)
    const open = () => openEvents(`${url}/v1/voice/events`, OPERATOR)
    const streams = await Promise.all(Array.from({ length: 16 }, open))
    assert.deepEqual(new Set(streams.map(({ status }) => status)), new Set([200]))
    assertFailure(await ask(`${url}/v1/voice/events`, { headers: OPERATOR }), 503, 'overloaded')
    streams.pop()?.close()
    let stream = await open()
    while (stream.status !== 200) stream = await open()
    for (const one of [...streams, stream]) one.close()
  })

  it('is logged as an answer, not as a caller who hung up', async () => {
    const stream = await openEvents(`${service.url}/v1/voice/events`, { ...OPERATOR, 'x-request-id': 'watching' })
    await stream.heard(({ name }) => name === 'history')
    stream.close()
    const line = await service.logged(({ msg, request_id }) => msg === 'request' && request_id === 'watching')
    assert.deepEqual([line.status, line.level], [200, 'info'])
  })

  it('ends when the service drains, and holds nothing up', async t => {
    const leaving = await startFor(t, { SHUTDOWN_GRACE_SECONDS: '60' })
    const stream = await openEvents(`${leaving.url}/v1/voice/events`, OPERATOR)
    await stream.heard(({ name }) => name === 'history')
    assert.equal(await leaving.stop(), 0)
    await stream.done
    assert.equal(stream.events.at(-1)?.name, 'end')
  })

  it('does not begin while the service drains', async t => {
    const leaving = await startFor(t, { SHUTDOWN_DELAY_SECONDS: '30' })
    leaving.child.kill('SIGTERM')
    await leaving.logged(({ msg }) => msg.startsWith('Draining'))
    assertFailure(await ask(`${leaving.url}/v1/voice/events`, { headers: OPERATOR }), 503, 'draining')
  })
})

describe('/monitor', () => {
  let service: RunningService
  let browser: Browser
  let load: { stop(): Promise<void> }
  before(async () => {
    ;[service, browser] = await Promise.all([
      start({ POOL_ENABLED: 'true', RATE_LIMIT_PER_MINUTE: '60' }),
      openBrowser(),
    ])
    load = crowd(service)
  })
  after(async () => {
    await load?.stop()
    await browser?.close()
    service?.child.kill('SIGKILL')
  })

  it('is a page without data: whoever has no token gets nothing but files', async () => {
    const page = await ask(`${service.url}/monitor`)
    assert.equal(page.status, 200)
    const policy = page.headers.get('content-security-policy') ?? ''
    assert.match(policy, /default-src 'self'/)
    assert.doesNotMatch(policy, /unsafe|\*|https?:/)
    assert.doesNotMatch(page.text, /<script(?! type="module" src)|\sstyle=|\son\w+=/)
    const files = [...page.text.matchAll(/(?:src|href)="(\/monitor\/[^"]+)"/g)].map(([, file]) => file)
    assert.ok(files.length >= 4)
    for (const file of files) assert.equal((await ask(service.url + file)).status, 200, file)
  })

  async function open(options: Parameters<Browser['newPage']>[0] = {}): Promise<{ page: Page; complaints: string[] }> {
    const page = await browser.newPage(options)
    const complaints: string[] = []
    page.on('console', message => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
    })
    page.on('pageerror', error => complaints.push(error.message))
    page.on('request', request => {
      if (!request.url().startsWith(service.url)) complaints.push(`asked ${request.url()}`)
    })
    await page.goto(`${service.url}/monitor`)
    return { page, complaints }
  }

  async function signIn(page: Page, token = ADMIN_TOKEN): Promise<void> {
    await page.fill('#token', token)
    await page.keyboard.press('Enter')
    await page.locator('#connection', { hasText: 'Live' }).waitFor()
  }

  it('does not let a wrong token in, and says so', async () => {
    const { page } = await open()
    await page.fill('#token', 'a-wrong-token-0123456789')
    await page.keyboard.press('Enter')
    await page.locator('#sign-in-error', { hasText: 'does not know' }).waitFor()
    assert.equal(await page.locator('#figures').isVisible(), false)
    assert.equal(await page.inputValue('#token'), '')
    await page.close()
  })

  it('does not take for a token what cannot be one, and says why', async () => {
    const { page, complaints } = await open()
    for (const pasted of [`“${ADMIN_TOKEN}”`, `ADMIN_TOKEN ${ADMIN_TOKEN}`, 'clé-0123456789']) {
      await page.fill('#token', pasted)
      await page.keyboard.press('Enter')
      await page.waitForFunction(`document.querySelector('#token').value === ''`)
      assert.match((await page.locator('#sign-in-error').textContent()) ?? '', /^No token has a space, a curly quote/)
      assert.equal(await page.locator('#sign-in').isVisible(), true)
      assert.equal(await page.evaluate('sessionStorage.length'), 0)
    }
    assert.deepEqual(complaints, [])
    await signIn(page)
    assert.equal(await page.locator('#sign-in-error').textContent(), '')
    await page.close()
  })

  for (const [type, answer, words] of [
    ['overloaded', { status: 503, json: { error: { type: 'overloaded' } } }, 'Too many are watching; trying again'],
    ['draining', { status: 503, json: { error: { type: 'draining' } } }, 'The service is restarting; trying again'],
    ['internal', { status: 500, json: { error: { type: 'internal' } } }, 'The service answered 500; trying again'],
    ["a proxy's page", { status: 502, body: '<h1>Bad gateway</h1>' }, 'The service answered 502; trying again'],
  ] as const)
    it(`says why it cannot watch: ${type}`, async () => {
      const { page } = await open()
      await page.route('**/v1/voice/events', route => route.fulfill(answer), { times: 1 })
      await page.evaluate(`globalThis.said = []
        new MutationObserver(() => said.push(document.querySelector('#connection').textContent))
          .observe(document.querySelector('#connection'), { childList: true, characterData: true, subtree: true })`)
      await signIn(page)
      assert.deepEqual(await page.evaluate('said'), [words, 'Live'])
      await page.close()
    })

  it('says of how many ratings a mean is', async () => {
    const { page } = await open()
    const stream = await openEvents(`${service.url}/v1/voice/events`, OPERATOR)
    const { data } = await stream.heard(({ name, data }) => name === 'voices' && 'marin' in data.figures.by_voice)
    stream.close()
    const { marin } = data.figures.by_voice
    const rated = (stars: number[], mean: number, count: number) => ({ ...marin, satisfaction: { count, mean, stars } })
    data.figures.by_voice = { marin: rated([0, 1, 0, 2, 0], 3.3, 3), cedar: rated([0, 0, 0, 0, 1], 5, 1) }
    await page.route('**/v1/voice/events', route =>
      route.fulfill({ contentType: 'text/event-stream', body: `event: voices\ndata: ${JSON.stringify(data)}\n\n` }),
    )
    await page.fill('#token', ADMIN_TOKEN)
    await page.keyboard.press('Enter')
    for (const [voice, words] of [
      ['marin', '3.3 (3 ratings)'],
      ['cedar', '5.0 (1 rating)'],
    ] as const)
      await page.locator('#voices tbody tr', { hasText: voice }).locator('td:last-child', { hasText: words }).waitFor()
    await page.close()
  })

  it('shows a crowd as it is: outcomes, quality by voice, limits, errors, comments; nothing from elsewhere, no complaints', async () => {
    const { page, complaints } = await open({ viewport: { width: 1280, height: 1400 } })
    await signIn(page)
    await page.locator('#voices tbody th', { hasText: 'marin' }).waitFor()
    await page.locator('#comments .words', { hasText: COMMENT }).first().waitFor()
    await page.locator('#errors .type', { hasText: 'validation_failed' }).first().waitFor()
    await page.locator('#limits', { hasText: 'rate_limited' }).waitFor()
    await page.locator('[data-tile=tokens]', { hasText: /^[1-9]/ }).waitFor()
    await page.locator('[data-tile=openai]', { hasText: 'up' }).waitFor()
    assert.equal(await page.locator('#charts canvas').count(), 4)
    await drawn(page)
    assert.equal(await page.locator('#calls').isVisible(), false, 'there are no calls to show')
    assert.deepEqual(complaints, [])
    assert.deepEqual(await page.context().cookies(), [])
    assert.doesNotMatch(await page.content(), new RegExp(`${API_KEY}|ek_|${ADMIN_TOKEN}`))
    await page.screenshot({ path: join(tmpdir(), 'parker-monitor.png'), fullPage: true })

    await page.check('input[name=dimension][value=by_mode]', { force: true })
    await page.locator('#voices tbody th', { hasText: 'hot_take' }).waitFor()
    await page.close()
  })

  it('counts a minute by the seconds between points that the service tells, and makes no minute of a few seconds', async () => {
    const stream = await openEvents(`${service.url}/v1/voice/events`, OPERATOR)
    const history = await stream.heard(({ name }) => name === 'history')
    const now = await stream.heard(({ name }) => name === 'now')
    stream.close()
    const point = { ...now.data.point, warm: 10, cold: 0, ticket: 0 }
    // Six points of ten are a minute; one point is what the first seconds of a service had.
    for (const [points, tokens] of [
      [12, /^60$/],
      [1, /^10$/],
    ] as const) {
      const { page } = await open()
      const told = { ...history.data, point_seconds: 10, points: Array(points).fill(point) }
      await page.route('**/v1/voice/events', route =>
        route.fulfill({ contentType: 'text/event-stream', body: `event: history\ndata: ${JSON.stringify(told)}\n\n` }),
      )
      await page.fill('#token', ADMIN_TOKEN)
      await page.keyboard.press('Enter')
      await page.locator('[data-tile=tokens]', { hasText: tokens }).waitFor({ timeout: 10_000 })
      await page.close()
    }
  })

  it('goes on after a reload in its tab, knows nothing in another, and forgets when told', async () => {
    const { page } = await open()
    await signIn(page)
    await page.reload()
    await page.locator('#connection', { hasText: 'Live' }).waitFor()
    const { page: other } = await open()
    assert.equal(await other.locator('#sign-in').isVisible(), true)
    await page.click('#sign-out')
    await page.locator('#token').waitFor()
    assert.equal(await page.evaluate('sessionStorage.length'), 0)
    await page.close()
    await other.close()
  })

  it('works by keyboard: a chart is read point by point, and every control has a name', async () => {
    const { page } = await open()
    await signIn(page)
    await page.locator('#voices tbody th').first().waitFor()
    const chart = page.locator('.plot').first()
    await chart.focus()
    await drawn(page)
    await page.keyboard.press('ArrowLeft')
    await page
      .locator('.reading', { hasText: /^\d\d:\d\d:\d\d: warm/ })
      .first()
      .waitFor()
    assert.match((await chart.getAttribute('aria-label')) ?? '', /^Tokens a minute.*warm/)
    const nameless = await page.evaluate(`[...document.querySelectorAll('button, input, meter, [tabindex="0"]')]
      .filter(e => !(e.textContent.trim() || e.getAttribute('aria-label') || e.getAttribute('aria-labelledby') || e.labels?.length))
      .map(e => e.outerHTML)`)
    assert.deepEqual(nameless, [])
    await page.close()
  })

  for (const [name, options] of [
    ['phone', { viewport: { width: 360, height: 740 } }],
    ['dark', { colorScheme: 'dark' as const, viewport: { width: 1280, height: 900 } }],
    ['still', { reducedMotion: 'reduce' as const }],
  ] as const)
    it(`fits: ${name}`, async () => {
      const { page, complaints } = await open(options)
      await signIn(page)
      await page.locator('#errors .type').first().waitFor()
      await drawn(page)
      const [content, window] = (await page.evaluate('[document.documentElement.scrollWidth, innerWidth]')) as [
        number,
        number,
      ]
      assert.ok(content <= window, `${content} > ${window}`)
      const animations = await page.evaluate('document.getAnimations().length')
      if (name === 'still') assert.equal(animations, 0)
      assert.deepEqual(complaints, [])
      await page.screenshot({ path: join(tmpdir(), `parker-monitor-${name}.png`), fullPage: true })
      await page.close()
    })

  it('says when the service goes, and goes on when it is back', async t => {
    const one = await startFor(t)
    const page = await browser.newPage()
    await page.goto(`${one.url}/monitor`)
    await signIn(page)
    await one.stop()
    await page.locator('#connection', { hasText: 'Connection lost' }).waitFor()
    await startFor(t, { PORT: String(one.port) })
    await page.locator('#connection', { hasText: 'Live' }).waitFor()
    await page.close()
  })

  it('shows calls in progress in unified mode, with their time and cost, and hangs one up at the second press', async t => {
    const { service: unified, openai } = await callsStage(t)
    const { id } = await placeCall(unified.url, { voice: 'cedar' }, as(1))
    const { id: other } = await placeCall(unified.url, { voice: 'marin' }, as(2))
    const line = await openai.line(id)
    line.send(response(1000))
    const page = await browser.newPage()
    await page.goto(`${unified.url}/monitor`)
    await signIn(page)
    const row = page.locator('#calls tr', { hasText: id })
    assert.equal(await page.getByText('Mint time at OpenAI').isVisible(), false, 'nothing is minted for tickets')
    await page.locator('[data-about=tokens]', { hasText: 'tickets' }).waitFor()
    await page.locator('.reading', { hasText: /: tickets [\d.]+ · over a limit/ }).waitFor()
    const legend = page.locator('#charts .legend').first().locator('li:visible')
    assert.deepEqual(await legend.allTextContents(), ['tickets', 'over a limit', 'refused', 'failed'])
    await page.locator('#voices tbody th', { hasText: 'cedar' }).waitFor()
    const columns = page.locator('#voices').locator('th[scope=col]:visible')
    assert.deepEqual((await columns.allTextContents()).slice(0, 3), ['Voice', 'Tokens', 'Reports'])
    assert.equal(await page.locator('#voices tbody tr').first().locator('td:visible').count(), 7)
    await row.filter({ hasText: '0.064' }).waitFor()
    assert.match((await row.textContent()) ?? '', /cedar.*\d:\d\d.*0\.064/)
    await page.getByRole('button', { name: `Hang up call ${id}` }).press('Enter')
    await page.getByRole('button', { name: `Really hang up? Call ${id}` }).waitFor()
    assert.deepEqual(openai.hangUps, [])
    await page.keyboard.press('Shift+Tab')
    await page.getByRole('button', { name: `Hang up call ${id}` }).press('Enter')
    await page.getByRole('button', { name: `Really hang up? Call ${id}` }).waitFor()
    const hangUp = Promise.withResolvers<void>()
    await page.route(`**/v1/realtime/calls/${id}`, route => hangUp.promise.then(() => route.continue()))
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: `Hanging up… Call ${id}` }).waitFor()
    hangUp.resolve()
    assert.equal((await ended(unified, id)).reason, 'operator')
    await row.waitFor({ state: 'detached' })
    assert.equal(await page.locator('#calls tr', { hasText: other }).isVisible(), true)
    await page.close()
  })

  it('keeps the focus and the question on a button while calls come and go', async t => {
    const { service: unified, openai } = await callsStage(t)
    const { id } = await placeCall(unified.url, { voice: 'cedar' }, as(1))
    const { id: other } = await placeCall(unified.url, { voice: 'marin' }, as(2))
    const page = await browser.newPage()
    await page.goto(`${unified.url}/monitor`)
    await signIn(page)
    await page.locator('#calls tr', { hasText: other }).waitFor()
    await page.getByRole('button', { name: `Hang up call ${id}` }).press('Enter')
    const { id: third } = await placeCall(unified.url, { voice: 'verse' }, as(3))
    await endCall(unified.url, other, ADMIN_TOKEN)
    await page.locator('#calls tr', { hasText: third }).waitFor()
    await page.locator('#calls tr', { hasText: other }).waitFor({ state: 'detached' })
    const focused = await page.evaluate(`document.activeElement.getAttribute('aria-label')`)
    assert.equal(focused, `Really hang up? Call ${id}`)
    assert.deepEqual(openai.hangUps, [other])
    await page.keyboard.press('Enter')
    assert.equal((await ended(unified, id)).reason, 'operator')
    await page.close()
  })

  it('has the button that hangs up in view on a phone, and nothing scrolls sideways', async t => {
    const { service: unified } = await callsStage(t)
    const { id } = await placeCall(unified.url, { voice: 'cedar' }, as(1))
    const page = await browser.newPage({ viewport: { width: 375, height: 740 } })
    await page.goto(`${unified.url}/monitor`)
    await signIn(page)
    const button = page.getByRole('button', { name: `Hang up call ${id}` })
    await button.click()
    const box = await page.getByRole('button', { name: `Really hang up? Call ${id}` }).boundingBox()
    assert.ok(box && box.x >= 0 && box.x + box.width <= 375, JSON.stringify(box))
    const widths = (await page.evaluate(`[document.documentElement, document.querySelector('#calls .scroll')]
      .map(e => [e.scrollWidth, e.clientWidth])`)) as [number, number][]
    for (const [content, room] of widths) assert.ok(content <= room, `${content} > ${room}`)
    await page.screenshot({ path: join(tmpdir(), 'parker-monitor-phone-calls.png'), fullPage: true })
    await page.close()
  })

  it('goes on showing calls after an answer that was cut off, and after a sign-in with a new token', async t => {
    const { service: unified, openai } = await callsStage(t)
    await placeCall(unified.url, {}, as(1))
    const page = await browser.newPage()
    await page.clock.install()
    await page.route('**/v1/realtime/calls?*', route => route.fulfill({ status: 200, body: '{"calls":[' }), {
      times: 1,
    })
    await page.goto(`${unified.url}/monitor`)
    await signIn(page)
    await page.locator('#calls-about', { hasText: 'could not be read' }).waitFor()
    await page.clock.fastForward(5000)
    await page.locator('#calls tbody tr').waitFor()

    await unified.stop()
    const renewed = 'another-token-0123456789'
    await callsService(t, openai, { PORT: String(unified.port), ADMIN_TOKEN: renewed })
    await page.locator('#sign-in-error', { hasText: 'does not know' }).waitFor()
    await page.clock.fastForward(5000)
    const { id } = await placeCall(unified.url, {}, as(2))
    await signIn(page, renewed)
    await page.locator('#calls tr', { hasText: id }).waitFor()
    await page.close()
  })
})

/** Waits until the first chart has painted something. */
async function drawn(page: Page): Promise<void> {
  await page.waitForFunction(`(() => {
    const canvas = document.querySelector('#charts canvas')
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    return data.some(value => value !== 0)
  })()`)
}

/** Visitors who ask, report, are refused and go over their limit, a few at a time. */
function crowd({ url }: RunningService) {
  let going = true
  let asked = 0
  async function visitor(): Promise<void> {
    while (going) {
      const n = asked++
      const voice = ['verse', 'cedar', 'marin'][n % 3] as string
      const mode = ['debate', 'hot_take'][n % 2] as string
      const address = { 'x-forwarded-for': `198.51.100.${n % 4 === 0 ? 1 : n % 200}` }
      const { status, json } = await askToken(url, n % 9 === 0 ? { voice: 'nobody' } : { voice, mode }, address)
      const call = { stats: { rtt_ms: 40 + (n % 50), concealed_share: 0.002 }, rating: 3 + (n % 3), comment: COMMENT }
      if (status === 200 && n % 2 === 0) await report(url, call, address, json.report_key)
      await new Promise(resolve => setTimeout(resolve, 20))
    }
  }
  const visitors = Array.from({ length: 4 }, visitor)
  return {
    async stop() {
      going = false
      await Promise.all(visitors)
    },
  }
}

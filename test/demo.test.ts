import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import type { Browser, Locator, Page } from 'playwright-core'
import { type RunningDemo, runDemo, startDemo } from '../demo/test-demo.ts'
import { ask, askToken } from './harness/ask.ts'
import { openBrowser, openVoiceBrowser } from './harness/browser.ts'
import { endCall, listCalls } from './harness/call-client.ts'
import { listenIn, statsOf, waitForSilence, waitForSound } from './harness/listening.ts'
import { speechWav } from './harness/speech-wav.ts'
import { startUpstream, type Upstream } from './harness/upstream.ts'

const REAL_KEY = 'sk-real-THIS-KEY-MUST-NOT-BE-USED-0123456789'
const PAGE = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' }

describe('npm run demo', () => {
  let elsewhere: Upstream
  let probes = 0
  let folder: string
  let demo: RunningDemo

  before(async () => {
    elsewhere = await startUpstream(undefined, (_request, response) => {
      probes++
      response.end('{}')
    })
    folder = await mkdtemp(join(tmpdir(), 'parker-demo-'))
    await writeFile(join(folder, '.env'), `OPENAI_API_KEY=${REAL_KEY}\nREALTIME_VOICE=cedar\nPORT=1\n`)
    demo = await startDemo({
      cwd: folder,
      args: ['--latency-ms', '40'],
      env: {
        OPENAI_API_KEY: REAL_KEY,
        OPENAI_BASE_URL: elsewhere.baseUrl,
        REALTIME_MODEL: 'gpt-realtime-2.1',
        RATE_LIMIT_PER_MINUTE: '1000',
      },
    })
  })
  after(async () => {
    await demo?.stop()
    await elsewhere?.close()
    await rm(folder, { recursive: true })
  })

  test('the printed curl works as pasted', async () => {
    const line = demo.output().match(/^curl .*$/m)?.[0] ?? ''
    const { stdout } = await promisify(execFile)('sh', ['-c', line])
    const reply = JSON.parse(stdout)
    assert.match(reply.client_secret, /^ek_/)
    assert.match(reply.instructions, /Hot Take Mode/)
  })

  test('the printed addresses answer', async () => {
    const printed = demo.output().match(/http:\/\/\S+$/gm) ?? []
    assert.equal(printed.length, 3)
    for (const url of printed) assert.equal((await ask(url)).status, 200, url)
  })

  test('localhost and 127.0.0.1 at its port may ask for tokens, and espn.com still may', async () => {
    const here = `http://127.0.0.1:${demo.port}`
    for (const origin of [`http://localhost:${demo.port}`, here, 'https://www.espn.com']) {
      const { status, headers } = await askToken(here, {}, { origin })
      assert.equal(status, 200, origin)
      assert.equal(headers.get('access-control-allow-origin'), origin)
    }
    assert.equal((await askToken(here, {}, { origin: 'http://localhost:1' })).status, 403)
  })

  test('the monitor is there as the printed line says', async () => {
    const [line, token = ''] = demo.output().match(/ADMIN_TOKEN=(\S+) npm run demo, then open \/monitor/) ?? []
    assert.ok(line, demo.output())
    const watched = await startDemo({ env: { ADMIN_TOKEN: token } })
    try {
      assert.match(watched.output(), /Monitor +http:\S+\/monitor$/m)
      assert.equal((await ask(`${watched.url}/monitor`)).status, 200)
      const { status } = await ask(`${watched.url}/v1/self-check`, { headers: { authorization: `Bearer ${token}` } })
      assert.equal(status, 200)
    } finally {
      await watched.stop()
    }
  })

  test('a browser gets the page at /, everybody else the JSON', async () => {
    const page = await ask(demo.url, { headers: PAGE })
    assert.match(page.headers.get('content-type') ?? '', /^text\/html/)
    assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'self'/)
    for (const accept of ['*/*', 'application/json']) {
      const { json, headers } = await ask(demo.url, { headers: { accept } })
      assert.equal(json.service, 'Parker Realtime Token Service')
      assert.match(headers.get('vary') ?? '', /Origin.*Accept/)
      assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'/)
    }
  })

  test('the page and its files hold no inline script or style', async () => {
    const { text } = await ask(demo.url, { headers: PAGE })
    assert.doesNotMatch(text, /<script>|<style|\sstyle=|\son\w+=/)
    for (const [, file] of text.matchAll(/(?:href|src)="(\/demo\/[^"]+)"/g))
      assert.equal((await ask(`${demo.url}${file}`)).status, 200, file)
  })

  test('the API docs do not speak of the demo', async () => {
    const { json } = await ask(`${demo.url}/openapi.json`)
    assert.deepEqual(
      Object.keys(json.paths).filter(path => path.includes('demo')),
      [],
    )
  })

  test('settings of the shell apply, .env is not read', async () => {
    const { json } = await askToken(demo.url)
    assert.equal(json.model, 'gpt-realtime-2.1')
    assert.equal(json.voice, 'verse')
  })

  test('neither the key nor the OpenAI address of the shell is used, and it says so', async () => {
    const { json } = await askToken(demo.url)
    assert.ok(!json.web_rtc_url.startsWith(elsewhere.baseUrl))
    assert.equal(elsewhere.received.length + probes, 0)
    assert.match(demo.output(), /Not used here: OPENAI_API_KEY, OPENAI_BASE_URL/)
    assert.ok(!demo.output().includes(REAL_KEY))
  })

  test('a foreign site is asked for by name only', async () => {
    const { json: sites } = await ask(`${demo.url}/demo/foreign`)
    for (const { name, origin } of sites) {
      const { json } = await ask(`${demo.url}/demo/foreign/${name}`, { method: 'POST' })
      assert.equal(json.status, 403, origin)
      assert.equal(json.body.error.type, 'origin_not_allowed')
      assert.equal(json.headers['access-control-allow-origin'], undefined)
    }
    assert.equal((await ask(`${demo.url}/demo/foreign/elsewhere`, { method: 'POST' })).status, 422)
  })

  test('a taken port is explained, with how to choose another', async () => {
    const { code, output } = await runDemo({ env: { PORT: String(demo.port) } })
    assert.equal(code, 1)
    assert.match(output, new RegExp(`Port ${demo.port} is taken`))
    assert.match(output, /PORT=8001 npm run demo/)
    assert.doesNotMatch(output, /^ {4}at /m)
  })

  test('a package that was left out is explained, with how to install it', async () => {
    const hide = `import { registerHooks } from 'node:module'
      const resolve = (name, context, next) => next(name === 'esbuild-wasm' ? 'left-out' : name, context)
      registerHooks({ resolve })`
    const { code, output } = await runDemo({
      env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hide)}` },
    })
    assert.equal(code, 1)
    assert.match(output, /^The demo needs the package left-out, .* `npm ci` installs it \(leave out --omit=dev\)\.\n$/)
  })

  test('bad settings and bad options are explained', async () => {
    const [settings, options] = await Promise.all([
      runDemo({ env: { RATE_LIMIT_PER_MINUTE: 'many' } }),
      runDemo({ args: ['--latency-ms', 'slow'] }),
    ])
    assert.deepEqual([settings.code, options.code], [78, 1])
    assert.match(settings.output, /RATE_LIMIT_PER_MINUTE/)
    assert.match(options.output, /--latency-ms slow: expected a whole number/)
  })

  test('SIGTERM and Ctrl-C end it with 0, a page being open or not', async () => {
    const demos = await Promise.all([startDemo(), startDemo()])
    await Promise.all(demos.map(one => ask(one.url)))
    assert.deepEqual(await Promise.all([demos[0].stop('SIGTERM'), demos[1].stop('SIGINT')]), [0, 0])
  })
})

describe('the demo’s page', () => {
  let demo: RunningDemo
  let browser: Browser

  before(async () => {
    ;[demo, browser] = await Promise.all([
      startDemo({ args: ['--latency-ms', '60'], env: { RATE_LIMIT_PER_MINUTE: '1000' } }),
      openBrowser(),
    ])
  })
  after(async () => {
    await browser?.close()
    await demo?.stop()
  })

  /** The browser itself notes refused tokens and failed connections in the console. */
  const EXPECTED = /status of (429|503)|ERR_CONNECTION_REFUSED/

  /** Opens the page; the test fails at its end if anything else was amiss in the console. */
  async function withPage(url: string, act: (page: Page) => Promise<void>, width = 1280): Promise<void> {
    const context = await browser.newContext({ viewport: { width, height: 900 }, reducedMotion: 'reduce' })
    const page = await context.newPage()
    const amiss: string[] = []
    page.on('pageerror', error => amiss.push(error.message))
    page.on('console', line => {
      if (['error', 'warning'].includes(line.type()) && !EXPECTED.test(line.text())) amiss.push(line.text())
    })
    try {
      await page.goto(url)
      await page.locator('#model').waitFor()
      await act(page)
      assert.deepEqual(amiss, [])
    } finally {
      await context.close()
    }
  }

  const textOf = async (locator: Locator) => (await locator.textContent()) ?? ''
  const getToken = (page: Page) => page.getByRole('button', { name: 'Get a token' })
  const tag = (page: Page) => page.locator('#token-tag')

  test('loads without an error or a breach of its policy, and shows the service live', () =>
    withPage(demo.url, async page => {
      await page.getByText('connected', { exact: true }).waitFor()
      await page.getByText('Version 1.0.0, healthy.').waitFor()
      assert.equal(await page.locator('input[name=sport]').count(), 10)
    }))

  test('gets a token for what was picked, masks the secret, and counts down', () =>
    withPage(demo.url, async page => {
      await page.getByText('Debate', { exact: true }).click()
      await page.getByText('Hockey', { exact: true }).click()
      await page.getByLabel('What is on the page').fill('Two to one after two periods')
      await getToken(page).click()
      await page.locator('#facts').waitFor()
      const told = await textOf(page.locator('#script'))
      for (const part of ['Debate Mode', 'Hockey', 'Two to one']) assert.ok(told.includes(part), part)
      assert.equal(await textOf(tag(page)), 'Cold')
      assert.match(await textOf(page.locator('#token-clock')), /9:5\d|10:00/)
      assert.match(await page.getByLabel('client_secret').inputValue(), /^ek_\w{4}•+\w{4}$/)
      await page.getByRole('button', { name: 'Reveal' }).click()
      assert.match(await page.getByLabel('client_secret').inputValue(), /^ek_\w+$/)
    }))

  test('tells a warm token from a cold one', () =>
    withPage(demo.url, async page => {
      await page.getByText('Cedar', { exact: true }).click()
      await getToken(page).click()
      await tag(page).getByText('Cold').waitFor()
      for (let i = 0; (await textOf(tag(page))) !== 'Warm'; i++) {
        assert.ok(i < 20, 'no warm token in twenty')
        await getToken(page).click()
        await page.locator('#lineup button[type=submit]:not([aria-disabled])').waitFor()
      }
      assert.match(await textOf(page.locator('#token-split')), /OpenAI\s*0\.0 ms/)
    }))

  test('calls a ticket a ticket where the service places the calls', async () => {
    const unified = await startDemo({ env: { CALL_MODE: 'unified' } })
    try {
      await withPage(unified.url, async page => {
        await getToken(page).click()
        await page.locator('#facts').waitFor()
        assert.equal(await textOf(tag(page)), 'Ticket')
        assert.match(await textOf(page.locator('#token-tag-about')), /made this ticket itself/)
        assert.match(await textOf(page.locator('#token-status')), /, ticket, and expires in/)
        await page.getByRole('slider').fill('2')
        await page.getByRole('button', { name: 'Fire the burst' }).click()
        await page.locator('#burst-status', { hasText: '2 requests: 2 tickets, 0 refused.' }).waitFor()
        assert.deepEqual(await page.locator('#tally dt').allTextContents(), [
          'Fastest',
          'Median',
          'Slowest',
          'Tickets',
          'Refused',
        ])
        await page.screenshot({ path: join(tmpdir(), 'parker-demo-ticket.png'), fullPage: true })
      })
    } finally {
      await unified.stop()
    }
  })

  test('draws a bar for each request of a burst, whatever the order', () =>
    withPage(demo.url, async page => {
      for (const [order, count] of [['All at once', 7] as const, ['One after another', 3] as const]) {
        await page.getByRole('slider').fill(String(count))
        await page.getByText(order).click()
        await page.getByRole('button', { name: 'Fire the burst' }).click()
        await page.locator('#burst-status', { hasText: `${count} requests:` }).waitFor()
        assert.equal(await page.locator('#chart title').count(), count)
        assert.equal(await page.locator('#burst-rows tr').count(), count)
        const [fastest, median, slowest] = (await page.locator('#tally dd').allTextContents()).map(Number.parseFloat)
        assert.ok(Number(fastest) <= Number(median) && Number(median) <= Number(slowest))
      }
    }))

  test('shows a 403 as a foreign site gets it', () =>
    withPage(demo.url, async page => {
      await page.getByLabel('https://free-voice.example').check()
      await page.getByRole('button', { name: 'Ask as this site' }).click()
      const shown = page.locator('#foreign-result')
      await shown.getByText('HTTP/1.1 403').waitFor()
      assert.match(
        await textOf(shown),
        /Origin: https:\/\/free-voice\.example[\s\S]*No Access-Control[\s\S]*origin_not_allowed/,
      )
    }))

  test('goes over the limit for real, and shows the 429 with its headers', async () => {
    const limited = await startDemo({ args: ['--latency-ms', '10'], env: { RATE_LIMIT_PER_MINUTE: '3' } })
    try {
      await withPage(limited.url, async page => {
        await page.getByRole('button', { name: 'Go over the limit' }).click()
        const shown = page.locator('#over-result')
        await shown.getByText('HTTP/1.1 429').waitFor()
        const text = await textOf(shown)
        for (const part of ['RateLimit-Policy: "minute";q=3;w=60', 'RateLimit: "minute";r=0', 'Retry-After: '])
          assert.ok(text.includes(part), part)
        assert.match(await textOf(page.locator('#over-seconds')), /\d/)
        await getToken(page).click()
        await tag(page).getByText('429 Refused').waitFor()
      })
    } finally {
      await limited.stop()
    }
  })

  test('fits a phone of 360 px, and needs no mouse', () =>
    withPage(
      demo.url,
      async page => {
        const focused = () => page.evaluate('document.activeElement.textContent')
        for (let i = 0; i < 30 && (await focused()) !== 'Get a token'; i++) await page.keyboard.press('Tab')
        await page.keyboard.press('Enter')
        await page.locator('#facts').waitFor()
        assert.equal(await focused(), 'Get a token')
        assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 360)
      },
      360,
    ))

  test('the skip link leads past the top, and the next Tab goes on from there', () =>
    withPage(demo.url, async page => {
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      await page.locator('main:focus').waitFor()
      await page.keyboard.press('Tab')
      assert.equal(await page.evaluate('document.activeElement.id'), 'talk')
    }))

  const GONE = /Is npm run demo still running\?/

  test('says so when the service has gone, wherever it is asked', async () => {
    const short = await startDemo()
    await withPage(short.url, async page => {
      await page.getByLabel('https://free-voice.example').waitFor()
      await short.stop()
      await getToken(page).click()
      await tag(page).getByText('No answer').waitFor()
      assert.match(await textOf(page.locator('#token-error')), GONE)
      await page.getByRole('button', { name: 'Ask as this site' }).click()
      await page.locator('#foreign-result', { hasText: GONE }).waitFor()
      await page.getByRole('button', { name: 'Go over the limit' }).click()
      await page.locator('#over-line', { hasText: GONE }).waitFor()
      assert.equal(await page.locator('#over-result').isVisible(), false)
      await page.getByRole('slider').fill('3')
      await page.getByRole('button', { name: 'Fire the burst' }).click()
      await page.locator('#burst-status', { hasText: '0 refused, 3 without an answer.' }).waitFor()
      assert.match(await textOf(page.locator('#tally')), /Refused0No answer3/)
      assert.equal(await page.locator('#chart .bar.unanswered').count(), 3)
    })
  })

  test('says so when the service hangs', async () => {
    const stuck = await startDemo()
    try {
      await withPage(stuck.url, async page => {
        await page.getByText('connected', { exact: true }).waitFor()
        stuck.child.kill('SIGSTOP')
        await getToken(page).click()
        await page.locator('#live-note', { hasText: GONE }).waitFor()
        await page.locator('#live-openai', { hasText: 'unknown' }).waitFor()
        await tag(page).getByText('No answer').waitFor()
        stuck.child.kill('SIGCONT')
        await page.getByText('connected', { exact: true }).waitFor()
      })
    } finally {
      stuck.child.kill('SIGCONT')
      await stuck.stop()
    }
  })

  test('says why no limit was reached where the answer is another', () =>
    withPage(demo.url, async page => {
      const refused = { error: { type: 'overloaded', message: 'Full. Please try again later.' } }
      await page.route('**/v1/realtime/token', route => route.fulfill({ status: 503, json: refused }), { times: 1 })
      await page.getByRole('button', { name: 'Go over the limit' }).click()
      await page.locator('#over-line', { hasText: 'No 429 came. Full. Please try again later.' }).waitFor()
      await page.getByRole('button', { name: 'Go over the limit' }).click()
      await page.locator('#over-line', { hasText: 'No 429 after 1: the limit here is too high' }).waitFor()
    }))

  test('offers foreign sites at the next press where they did not come', () =>
    withPage(demo.url, async page => {
      await page.route('**/demo/foreign', route => route.abort('connectionrefused'), { times: 1 })
      await page.reload()
      await page.getByText('The sites that could ask did not come.').waitFor()
      await page.getByRole('button', { name: 'Ask as this site' }).click()
      await page.getByLabel('https://free-voice.example').waitFor()
    }))
})

describe('talking on the demo’s page', () => {
  let demo: RunningDemo
  let browser: Browser
  before(async () => {
    const { path } = await speechWav('What a game last night!', { beforeMs: 60_000 })
    ;[demo, browser] = await Promise.all([startDemo(), openVoiceBrowser(path)])
  })
  after(async () => {
    await browser?.close()
    await demo?.stop()
  })

  /** The browser itself notes it in the console. */
  const FAILED_REPORT = /status of 503/

  /** Opens the page at a size; fails if anything was amiss in the console. */
  async function withTalk(width: number, act: (page: Page) => Promise<void>): Promise<void> {
    const page = await browser.newPage({ viewport: { width, height: 800 }, reducedMotion: 'reduce' })
    const amiss: string[] = []
    page.on('pageerror', error => amiss.push(error.message))
    page.on('console', line => {
      if (['error', 'warning'].includes(line.type()) && !FAILED_REPORT.test(line.text())) amiss.push(line.text())
    })
    await listenIn(page)
    await page.goto(demo.url)
    await page.locator('#model').waitFor()
    await act(page)
    assert.deepEqual(amiss, [])
    await page.close()
  }

  test('Parker is heard, seen, timed and written down; the call can be steered, ended and judged', () =>
    withTalk(1280, async page => {
      await page.getByText('Hockey', { exact: true }).click()
      await page.getByRole('button', { name: 'Talk to Parker' }).click()
      await waitForSound(page, 60_000)
      await page.locator('#on-air', { hasText: 'Parker speaks' }).waitFor()
      await page.locator('#meter-parker .lit').first().waitFor()
      await page.locator('#transcript .line-parker', { hasText: 'He skates in alone' }).waitFor()
      await page.locator('#events', { hasText: 'output_audio_buffer.started' }).waitFor()
      for (const name of ['token', 'microphone', 'connected', 'audio'])
        await page.locator(`#time-${name}`, { hasText: /\d/ }).waitFor()
      await page.getByRole('button', { name: 'Mute' }).click()
      await page.getByRole('button', { name: 'Muted', pressed: true }).waitFor()
      await page.getByLabel('Say it in writing').fill(`Say "${'And on it goes. '.repeat(20)}"`)
      await page.getByRole('button', { name: 'Send' }).click()
      await page.locator('#transcript .line-parker', { hasText: 'And on it goes.' }).waitFor()
      await waitForSound(page)
      await page.getByRole('button', { name: 'Interrupt' }).click()
      await waitForSilence(page)
      assert.equal((await statsOf(page)).packetsLost, 0)
      await page.getByRole('button', { name: 'Hang up' }).click()
      await page.locator('#verdict-figures', { hasText: /Packets lost\s*0 of \d\d+/ }).waitFor()
      await page.getByLabel('In your words').fill('Loud and clear.')
      const sent = page.waitForRequest('**/v1/voice/reports')
      await page.getByRole('button', { name: 'Send the report' }).click()
      const { comment, ...report } = (await sent).postDataJSON()
      assert.equal(comment, 'Loud and clear.')
      assert.ok(!('rating' in report), 'nobody picked a rating')
      await page.getByText('Reported. Thank you.').waitFor()
    }))

  test('a report that did not arrive can be sent again, and one that did cannot', () =>
    withTalk(1280, async page => {
      await page.route('**/v1/voice/reports', route => route.fulfill({ status: 503, json: {} }), { times: 1 })
      await page.getByRole('button', { name: 'Talk to Parker' }).click()
      await page.locator('#on-air', { hasText: 'Parker speaks' }).waitFor()
      await page.getByRole('button', { name: 'Hang up' }).click()
      const send = page.getByRole('button', { name: 'Send the report' })
      await page.locator('#verdict').getByText('4', { exact: true }).click()
      await send.click()
      await page.getByText('Not reported: ').waitFor()
      assert.equal(await send.isEnabled(), true)
      const sent = page.waitForRequest('**/v1/voice/reports')
      await send.click()
      assert.equal((await sent).postDataJSON().rating, 4)
      await page.getByText('Reported. Thank you.').waitFor()
      assert.equal(await send.isDisabled(), true)
    }))

  test('shows no verdict on the last call once the next has begun', () =>
    withTalk(1280, async page => {
      await page.getByRole('button', { name: 'Talk to Parker' }).click()
      await page.locator('#on-air', { hasText: 'Parker speaks' }).waitFor()
      await page.evaluate(`for (const click of ['hang up', 'talk again']) document.getElementById('talk').click()`)
      await page.locator('#on-air', { hasText: 'Parker speaks' }).waitFor()
      assert.ok(await page.locator('#verdict').isHidden())
    }))

  test('says of words that nobody wrote down that they are missing, once the call is over', () =>
    withTalk(1280, async page => {
      await page.getByRole('button', { name: 'Talk to Parker' }).click()
      await page.locator('#on-air', { hasText: 'Parker speaks' }).waitFor()
      await page.evaluate(`import('/demo/talk-transcript.js').then(({ showLine }) => {
        showLine({ id: 'cut', who: 'you', text: 'What a', final: false })
        showLine({ id: 'heard', who: 'you', text: '', final: false })
      })`)
      await page.locator('#transcript .line-you', { hasText: '…' }).waitFor()
      await page.getByRole('button', { name: 'Hang up' }).click()
      const words = page.locator('#transcript .line-you .words')
      await words.getByText('(not transcribed)').waitFor()
      assert.ok((await words.allTextContents()).includes('What a'))
    }))

  test('a call that an operator hangs up is called cut off, and not none', async () => {
    const operator = 'operators-only-0123456789'
    const unified = await startDemo({ env: { CALL_MODE: 'unified', ADMIN_TOKEN: operator } })
    try {
      const page = await browser.newPage()
      await page.goto(unified.url)
      await page.getByRole('button', { name: 'Talk to Parker' }).click()
      await page.locator('#on-air', { hasText: 'Parker speaks' }).waitFor()
      const { json } = await listCalls(unified.url, 'state=active', operator)
      await endCall(unified.url, json.calls[0].id, operator)
      await page.locator('#on-air', { hasText: 'Cut off' }).waitFor()
      const why = 'The other side ended the conversation. Start a new one.'
      await page.locator('#talk-status', { hasText: `Cut off. ${why}` }).waitFor({ state: 'attached' })
      await page.getByRole('button', { name: 'Talk again' }).waitFor()
      await page.close()
    } finally {
      await unified.stop()
    }
  })

  test('works on a phone, by keyboard alone', () =>
    withTalk(360, async page => {
      const focused = () => page.evaluate('document.activeElement.textContent.trim()')
      for (let i = 0; i < 10 && (await focused()) !== 'Talk to Parker'; i++) await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      await waitForSound(page, 60_000)
      assert.equal(await focused(), 'Hang up')
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 360)
      const status = await page.locator('#on-air-about').boundingBox()
      assert.ok(status && status.y >= 0 && status.y < 500, 'how the call stands is in view')
      await page.screenshot({ path: join(tmpdir(), 'parker-demo-phone-call.png') })
      await page.keyboard.press('Enter')
      await page.locator('#on-air', { hasText: 'Off the air' }).waitFor()
      assert.equal(await focused(), 'Talk again')
    }))

  test('says what to do where there is no microphone', async () => {
    const deaf = await openBrowser()
    try {
      const page = await deaf.newPage()
      await page.goto(demo.url)
      await page.getByRole('button', { name: 'Talk to Parker' }).click()
      const why = 'There is no microphone. Connect one, then try again.'
      await page.locator('#stage').getByText(why).waitFor()
      await page.locator('#talk-status', { hasText: `No call. ${why}` }).waitFor({ state: 'attached' })
      await page.getByRole('button', { name: 'Try again' }).waitFor()
    } finally {
      await deaf.close()
    }
  })
})

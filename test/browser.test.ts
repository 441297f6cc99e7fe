import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { ask } from './harness/ask.ts'
import { fetchInPage, openBrowser, type PageRequest, type Site, startSite } from './harness/browser.ts'
import { type RunningService, startService } from './harness/service.ts'
import { startUpstream, type Upstream } from './harness/upstream.ts'

describe('in Chromium', () => {
  let upstream: Upstream
  let site: Site
  let service: RunningService
  let browser: Browser
  before(async () => {
    ;[upstream, site, browser] = await Promise.all([startUpstream(), startSite(), openBrowser()])
    service = await startService({
      OPENAI_BASE_URL: upstream.baseUrl,
      ALLOWED_ORIGINS: site.originAs('www.espn.com'),
      RATE_LIMIT_PER_MINUTE: '50',
    })
  })
  after(async () => {
    await browser?.close()
    await service?.stop()
    await site?.close()
    await upstream?.close()
  })

  async function pageOf(host: string): Promise<Page> {
    const page = await browser.newPage()
    await page.goto(`${site.originAs(host)}/nba/game`)
    return page
  }

  const token = () => `${service.url}/v1/realtime/token`
  const json = (body: unknown, headers: Record<string, string> = {}): PageRequest => ({
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })

  it('a page on an allowed origin gets a token and can read the headers that are for it', async () => {
    const page = await pageOf('www.espn.com')
    const seen = await fetchInPage(page, token(), json({ voice: 'cedar' }, { 'X-Request-ID': 'from-the-page' }))
    assert.ok(seen !== 'unreadable')
    assert.equal(seen.status, 200)
    assert.match(JSON.parse(seen.text).client_secret, /^ek_/)
    assert.equal(seen.headers['x-request-id'], 'from-the-page')
    assert.match(seen.headers.ratelimit ?? '', /^"minute";r=\d+;t=\d+$/)
    assert.equal(seen.headers['ratelimit-policy'], '"minute";q=50;w=60')
    assert.match(seen.headers['server-timing'] ?? '', /total;dur=.*openai;dur=/)
    await page.close()
  })

  it('it may send credentials and a bearer token, and its first request needs one preflight', async () => {
    const page = await pageOf('www.espn.com')
    const init = json({}, { authorization: 'Bearer some.thing.else', 'X-Request-ID': 'with-preflight' })
    const seen = await fetchInPage(page, token(), { ...init, credentials: 'include' })
    assert.ok(seen !== 'unreadable')
    assert.equal(seen.status, 200)
    await service.logged(line => line.method === 'OPTIONS' && line.status === 204)
    await page.close()
  })

  it('it can read a refusal, and why', async () => {
    const page = await pageOf('www.espn.com')
    const seen = await fetchInPage(page, token(), json({ voice: 'nobody' }))
    assert.ok(seen !== 'unreadable')
    assert.equal(seen.status, 422)
    const { error } = JSON.parse(seen.text)
    assert.equal(error.type, 'validation_failed')
    assert.equal(error.request_id, seen.headers['x-request-id'])
    await page.close()
  })

  it('it can read what there is to choose from', async () => {
    const page = await pageOf('www.espn.com')
    const seen = await fetchInPage(page, `${service.url}/v1/realtime/options`)
    assert.ok(seen !== 'unreadable')
    assert.deepEqual(
      JSON.parse(seen.text).voices.map(({ name }: { name: string }) => name),
      ['verse', 'cedar', 'marin'],
    )
    await page.close()
  })

  const simple = { method: 'POST', body: '{}' }
  for (const [name, init] of [
    ['with a preflight', json({})],
    ['without one', simple],
    ['blindly', { ...simple, mode: 'no-cors' }],
    ['with credentials', { ...json({}), credentials: 'include' }],
  ] as [string, PageRequest][])
    it(`a page on a foreign origin that asks ${name} reads nothing, and makes no secret`, async () => {
      const page = await pageOf('malicious-site.com')
      const mints = upstream.received.length
      const seen = await fetchInPage(page, token(), init)
      if (seen !== 'unreadable') assert.deepEqual([seen.type, seen.status, seen.text], ['opaque', 0, ''])
      const origin = site.originAs('malicious-site.com')
      const line = await service.logged(({ msg, ...one }) => msg === 'request' && one.origin === origin)
      assert.equal(line.status, 403)
      assert.equal(upstream.received.length, mints)
      await page.close()
    })

  it('a page on a foreign origin cannot read the options either', async () => {
    const page = await pageOf('malicious-site.com')
    assert.equal(await fetchInPage(page, `${service.url}/v1/realtime/options`), 'unreadable')
    await page.close()
  })

  it('a sandboxed frame on an allowed page has the origin null, and reads nothing', async () => {
    const page = await pageOf('www.espn.com')
    const mints = upstream.received.length
    const outcome = await page.evaluate(`new Promise(resolve => {
      addEventListener('message', ({ data }) => resolve(data))
      const frame = document.createElement('iframe')
      frame.sandbox.add('allow-scripts')
      frame.srcdoc = "<script>fetch('${token()}', { method: 'POST' })" +
        ".then(() => 'read', () => 'unreadable').then(word => parent.postMessage(word, '*'))</scr" + "ipt>"
      document.body.append(frame)
    })`)
    assert.equal(outcome, 'unreadable')
    assert.equal(upstream.received.length, mints)
    await page.close()
  })

  it('a page that is over its rate can read for how long', async () => {
    const strict = await startService({
      OPENAI_BASE_URL: upstream.baseUrl,
      ALLOWED_ORIGINS: site.originAs('www.espn.com'),
      RATE_LIMIT_PER_MINUTE: '1',
    })
    const page = await pageOf('www.espn.com')
    const url = `${strict.url}/v1/realtime/token`
    await fetchInPage(page, url, json({}))
    const seen = await fetchInPage(page, url, json({}))
    assert.ok(seen !== 'unreadable')
    assert.equal(seen.status, 429)
    assert.equal(Number(seen.headers['retry-after']), JSON.parse(seen.text).error.retry_after)
    assert.match(seen.headers.ratelimit ?? '', /^"minute";r=0;t=\d+$/)
    await page.close()
    await strict.stop()
  })

  it('/docs shows every operation, with nothing from elsewhere and without a complaint of the browser', async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 1400 } })
    const complaints: string[] = []
    const asked: string[] = []
    page.on('console', message => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
    })
    page.on('pageerror', error => complaints.push(error.message))
    page.on('requestfailed', request => complaints.push(`failed: ${request.url()}`))
    page.on('response', response => {
      if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`)
    })
    page.on('request', request => asked.push(request.url()))
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.goto(`${service.url}/docs`)
    const rows = page.locator('.opblock-summary')
    await rows.first().waitFor()
    const { paths } = (await ask(`${service.url}/openapi.json`)).json
    const operations = Object.entries<object>(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map(method => `${method.toUpperCase()} ${path}`),
    )
    const shown = await rows.evaluateAll(elements =>
      elements.map(element => {
        const text = (selector: string) => element.querySelector(selector)?.textContent ?? ''
        // Line-break hints stand in the path.
        return `${text('.opblock-summary-method')} ${text('.opblock-summary-path').replace(/\u200b/g, '')}`
      }),
    )
    assert.deepEqual(shown.sort(), operations.sort())
    assert.match((await page.textContent('h1, h2.title')) ?? '', /Parker Realtime Token Service/)
    assert.equal(await page.title(), 'Parker Realtime Token Service: API docs')
    assert.deepEqual(
      await page
        .locator('.opblock-tag')
        .evaluateAll(elements => elements.map(element => element.getAttribute('data-tag'))),
      ['Callers', 'Operators', 'Health'],
    )
    assert.equal(await page.locator('a[href$="/openapi.json"]').isVisible(), true)
    assert.equal(await page.locator('html.dark-mode').count(), 1)
    await page.emulateMedia({ colorScheme: 'light' })
    await page.locator('html:not(.dark-mode)').waitFor()

    await page.click('.opblock-post .opblock-summary')
    await page.locator('.opblock-post .responses-table').first().waitFor()
    assert.deepEqual(complaints, [])
    for (const url of asked) assert.ok(url.startsWith(service.url) || url.startsWith('data:'), url)
    // Last, since taking it adds a style of its own to the page.
    await page.screenshot({ path: join(tmpdir(), 'parker-docs.png') })
    await page.close()
  })
})

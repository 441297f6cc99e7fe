import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { type Emulator, startEmulator } from '../packages/emulator/src/emulator.ts'
import { openVoiceBrowser } from './harness/browser.ts'
import { eventually } from './harness/eventually.ts'
import { type FolderSite, serveFolder } from './harness/folder-site.ts'
import { listenIn, statsOf, waitForSilence, waitForSound } from './harness/listening.ts'
import { type RunningService, startService } from './harness/service.ts'
import { speechWav } from './harness/speech-wav.ts'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const PAGE = readFileSync(join(ROOT, 'docs/client.md'), 'utf8')
const ADDRESS = 'http://localhost:8000'

const run = promisify(execFile)

/** The first block of a language. */
function block(language: string, holding: string): string {
  const blocks = [...PAGE.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(
    ([, text = '']) => text,
  )
  return blocks.find(text => text.includes(holding)) ?? assert.fail(`no ${language} block with ${holding}`)
}

describe("the client's page for developers", () => {
  let folder: string
  let site: FolderSite
  let examples: FolderSite
  let emulator: Emulator
  let service: RunningService
  let browser: Browser
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'parker-page-'))
    const { path } = await speechWav('What a game!', { beforeMs: 3_000, afterMs: 15_000 })
    ;[site, examples, emulator, browser] = await Promise.all([
      serveFolder(join(folder, 'my-page')),
      serveFolder(ROOT),
      startEmulator({ heard: ['Hello Parker!', 'Please get score for the home side.'], singleUse: true }),
      openVoiceBrowser(path, 'over and over'),
      run('npm', ['run', 'build'], { cwd: ROOT }),
    ])
    service = await startService({
      OPENAI_BASE_URL: emulator.baseUrl,
      ALLOWED_ORIGINS: `${site.url},${examples.url}`,
    })
  })
  after(async () => {
    await browser?.close()
    await service?.stop()
    for (const part of [site, examples, emulator]) await part?.close()
    rmSync(folder, { recursive: true })
  })

  async function open(url: string): Promise<{ page: Page; amiss: string[] }> {
    const page = await browser.newPage()
    const amiss: string[] = []
    page.on('pageerror', ({ message }) => amiss.push(message))
    page.on('console', line => {
      const isIcon = line.location().url.endsWith('/favicon.ico')
      if (['error', 'warning'].includes(line.type()) && !isIcon) amiss.push(line.text())
    })
    await listenIn(page)
    await page.goto(url)
    return { page, amiss }
  }

  it('publishes no folder to the network', () => {
    const servers = [...PAGE.matchAll(/http\.server.*/g)].map(String)
    assert.ok(servers.length >= 2)
    for (const command of servers) assert.match(command, / --bind 127\.0\.0\.1\b/)
  })

  it('goes from nothing to talking by its commands and its one page', async () => {
    const build =
      block('sh', 'npm run build')
        .split(' && ')
        .find(command => command.startsWith('cp ')) ?? ''
    const [, from = '', to = ''] = /^cp (\S+) (\S+)/.exec(build) ?? []
    mkdirSync(join(folder, 'my-page'))
    cpSync(join(ROOT, from), join(folder, to))
    writeFileSync(join(folder, 'my-page/index.html'), block('html', 'createParker').replaceAll(ADDRESS, service.url))
    const { page, amiss } = await open(`${site.url}/`)
    await page.evaluate(`{
      window.shown = []
      const list = document.querySelector('ul')
      const look = () => shown.push(...[...list.children].map(line => line.textContent))
      new MutationObserver(look).observe(list, { childList: true, subtree: true })
    }`)
    await page.getByRole('button', { name: 'Talk to Parker' }).click()
    await waitForSound(page, 60_000)
    await page.getByText('you: Hello Parker!').waitFor()
    await page.getByText(/^parker: Hey there, sports fan!/).waitFor()
    assert.equal((await statsOf(page)).packetsLost, 0)
    await page.getByRole('button', { name: 'Hang up' }).click()
    await page.getByText('ended').waitFor()
    assert.deepEqual(await page.evaluate(`shown.filter(line => !/^(you|parker): ./.test(line))`), [])
    assert.deepEqual(amiss, [])
    await page.close()
  })

  it('shows OpenAI’s own SDK, unmodified, in a conversation with a tool call through our token', async () => {
    emulator.setHeard(['Hello Parker!', 'Please get score for the home side.'])
    const { page, amiss } = await open(`${examples.url}/examples/official-sdk/?service=${service.url}`)
    await page.getByRole('button', { name: 'Talk to Parker' }).click()
    await page.getByText('On the air').waitFor()
    await waitForSound(page, 60_000)
    await page.getByText('user: Hello Parker!').waitFor()
    await page.getByText(/^assistant: .*Parker here/).waitFor()
    await waitForSilence(page)
    await page.getByText('get_score said 104 to 98').waitFor({ timeout: 60_000 })
    await waitForSound(page)
    await page.getByText(/^assistant: Here is what I found: 104 to 98/).waitFor()
    assert.equal((await statsOf(page)).packetsLost, 0)
    assert.deepEqual(amiss, [])
    assert.equal(emulator.calls.at(-1)?.form, 'secret')
    await page.getByRole('button', { name: 'Hang up' }).click()
    await page.getByText('Off the air').waitFor()
    await eventually(() => emulator.calls.at(-1)?.ended === 'client')
    await page.getByRole('button', { name: 'Talk to Parker' }).waitFor()
    await page.close()
  })

  it('shows that one may hang up while OpenAI, or the service, does not answer, and talk again', async () => {
    const { page, amiss } = await open(`${examples.url}/examples/official-sdk/?service=${service.url}`)
    const press = (name: string) => page.getByRole('button', { name }).click()
    emulator.setFaults('call:stall,times=1')
    const offered = page.waitForRequest(`${emulator.url}/**`)
    await press('Talk to Parker')
    await offered
    await page.getByText('Connecting').waitFor()
    await press('Hang up')
    await page.getByText('Off the air').waitFor()
    const { promise: later, resolve: answer } = Promise.withResolvers<void>()
    await page.route('**/v1/realtime/token', route => later.then(() => route.abort()), { times: 1 })
    await press('Talk to Parker')
    await page.getByText('Connecting').waitFor()
    await press('Hang up')
    await page.getByText('Off the air').waitFor()
    answer()
    emulator.setFaults('call:status=400,times=1')
    await press('Talk to Parker')
    await page.getByText('failed with status 400').waitFor()
    await press('Talk to Parker')
    await page.getByText('On the air').waitFor()
    await press('Hang up')
    await page.getByText('Off the air').waitFor()
    assert.deepEqual(
      amiss.filter(line => !line.includes('status of 400')),
      [],
    )
    await page.close()
  })

  it('gives outsiders types that hold', async () => {
    const project = mkdtempSync(join(tmpdir(), 'parker-types-'))
    mkdirSync(join(project, 'node_modules/@parker'), { recursive: true })
    symlinkSync(join(ROOT, 'packages/client'), join(project, 'node_modules/@parker/client'))
    writeFileSync(join(project, 'package.json'), '{ "type": "module" }')
    writeFileSync(
      join(project, 'page.ts'),
      `import { createParker, type CallState, ParkerError } from '@parker/client'
       const call = createParker({ service: 'https://parker.example' }).call({ context: { score: '1 to 0' } })
       call.on('state', (state: CallState) => state.name === 'failed' && console.log(state.error.code))
       call.on('transcript', ({ who, text }) => console.log(who.toUpperCase(), text))
       // @ts-expect-error: there is no such event
       call.on('sate', () => {})
       await call.connect().catch(error => error instanceof ParkerError && error.retryAfter?.toFixed())
      `,
    )
    const options = [
      '--strict',
      '--noEmit',
      '--module',
      'nodenext',
      '--target',
      'esnext',
      '--lib',
      'esnext,dom',
      '--types',
      '',
    ]
    await run(join(ROOT, 'node_modules/.bin/tsc'), [...options, 'page.ts'], { cwd: project }).catch(error =>
      assert.fail(error.stdout),
    )
    rmSync(project, { recursive: true })
  })
})

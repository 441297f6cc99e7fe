import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, type CDPSession, chromium, type Page, type Worker } from 'playwright-core'
import { bundle } from '../../examples/extension/build/bundle.ts'
import { browserArguments, chromiumPath, voiceArguments } from './browser.ts'
import { attachToPanel, type SidePanel } from './side-panel.ts'

/** The extension, built for one service, and a profile that outlives the browser. */
export interface Installed {
  folder: string
  profile: string
  /** `chrome-extension://` and the id that its key gives. */
  origin: string
  remove(): void
}

/** A Chromium in which the extension is installed. */
export interface ExtensionBrowser {
  /** Opens a page in the tab in front. */
  visit(url: string): Promise<Page>
  /** Clicks the extension's icon in the toolbar, and gives the side panel that opens. */
  clickIcon(): Promise<SidePanel>
  /** Waits for the tab that the extension opens. */
  ownTab(path: string, act: () => Promise<void>): Promise<Page>
  /** Types another service's address into the settings, as its user does. Gives what the page says to it, once it says so. */
  useService(address: string, words?: RegExp): Promise<string>
  /** Answers the browser's question about the microphone, for every page. */
  microphone(setting: 'granted' | 'denied' | 'prompt'): Promise<void>
  close(): Promise<void>
}

/** Builds the extension as its users do; with a key (DER, base64) of someone else's in place of its own. */
export async function install(service: string, key?: string): Promise<Installed> {
  const folder = mkdtempSync(join(tmpdir(), 'parker-extension-'))
  const profile = mkdtempSync(join(tmpdir(), 'parker-profile-'))
  await bundle('chrome', new URL(service), '1.0.0', folder)
  const path = join(folder, 'manifest.json')
  const manifest = JSON.parse(readFileSync(path, 'utf8'))
  if (key !== undefined) writeFileSync(path, JSON.stringify({ ...manifest, key }))
  return {
    folder,
    profile,
    origin: originOf(key ?? manifest.key),
    remove() {
      for (const path of [folder, profile]) rmSync(path, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

function originOf(key: string): string {
  const digits = createHash('sha256').update(Buffer.from(key, 'base64')).digest('hex').slice(0, 32)
  const letters = [...digits].map(digit => 'abcdefghijklmnop'[Number.parseInt(digit, 16)])
  return `chrome-extension://${letters.join('')}`
}

/** Starts Chromium with the extension and a microphone that plays the WAV over and over. `rule` leads to espn.com. */
export async function openExtension(
  { folder, profile, origin }: Installed,
  wav: string,
  rule: string,
): Promise<ExtensionBrowser> {
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath(),
    // Playwright's own headless mode has no extensions; the arguments ask for Chromium's new one, which has.
    headless: false,
    args: [
      ...browserArguments(rule),
      ...voiceArguments(wav, 'over and over'),
      '--ignore-certificate-errors',
      `--disable-extensions-except=${folder}`,
      `--load-extension=${folder}`,
      // For the click on the icon, and for the panel.
      '--enable-unsafe-extension-debugging',
      '--remote-debugging-port=0',
    ],
  })
  const own = (path: string) => `${origin}/${path}`
  let answers: CDPSession | undefined
  const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent('serviceworker'))
  await panelIsReady(worker)

  async function openOwn(path: string): Promise<Page> {
    const page = await context.newPage()
    await page.goto(own(path))
    return page
  }

  return {
    async visit(url) {
      const page = context.pages()[0] ?? (await context.newPage())
      await page.goto(url)
      await page.bringToFront()
      return page
    },
    async clickIcon() {
      await triggerAction(context, new URL(origin).host)
      return attachToPanel(debuggingPort(profile), own('panel.html'))
    },
    async ownTab(path, act) {
      const [page] = await Promise.all([context.waitForEvent('page'), act()])
      await page.waitForURL(own(path))
      return page
    },
    async useService(address, words = /./) {
      const page = await openOwn('options.html')
      await page.getByLabel('Your service’s address').fill(address)
      await page.getByRole('button', { name: 'Save' }).click()
      const status = page.locator('#service-status')
      await status.filter({ hasText: words }).waitFor()
      const said = (await status.textContent()) ?? ''
      await page.close()
      return said
    },
    async microphone(setting) {
      // Holds as long as its session.
      answers ??= await browserSession(context)
      await answers.send('Browser.setPermission', { permission: { name: 'microphone' }, setting })
    },
    close: () => context.close(),
  }
}

/** A click on the icon opens the panel once the extension's worker has run. */
async function panelIsReady(worker: Worker): Promise<void> {
  await worker.evaluate(`(async () => {
    while (!(await chrome.sidePanel.getPanelBehavior()).openPanelOnActionClick) await new Promise(resolve => setTimeout(resolve, 20))
  })()`)
}

/** What a click on the toolbar's icon does, in the tab in front. */
async function triggerAction(context: BrowserContext, id: string): Promise<void> {
  const session = await browserSession(context)
  const { targetInfos } = await session.send('Target.getTargets', { filter: [{ type: 'tab' }] })
  const tab = targetInfos.find(info => info.url.startsWith('https://')) ?? targetInfos[0]
  // Newer than Playwright's types.
  const send = session.send as unknown as (method: string, params: object) => Promise<unknown>
  await send.call(session, 'Extensions.triggerAction', { id, targetId: tab?.targetId })
  await session.detach()
}

async function browserSession(context: BrowserContext): Promise<CDPSession> {
  const session = await context.browser()?.newBrowserCDPSession()
  if (!session) throw new Error('the browser has gone')
  return session
}

/** Chromium writes the port that it took into its profile. */
function debuggingPort(profile: string): number {
  return Number(readFileSync(join(profile, 'DevToolsActivePort'), 'utf8').split('\n')[0])
}

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild-wasm'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { CHROMIUM, findPart } from '../../../test/run/parts.ts'
import { bundle } from '../build/bundle.ts'
import { REFERENCE_ORIGIN } from '../build/manifest.ts'

/**
 * `node examples/extension/screenshots/take.ts [--to FOLDER] [--only NAME] [--width PX]` draws every state of the panel
 * and its two pages, dark and light, in the real Chromium. By default into `docs/images`.
 */
const IMAGES = fileURLToPath(new URL('../../../docs/images/', import.meta.url))
const { to, only, width } = parseArgs({
  options: {
    to: { type: 'string', default: IMAGES },
    only: { type: 'string' },
    width: { type: 'string', default: '360' },
  },
}).values

const PANEL = { width: Number(width), height: 720 }
const TAB = { width: 900, height: 620 }
/** The pages that open in a tab, and what is there once they are filled in. */
const TABS: Record<string, string> = { permission: 'h1', options: '#origin:not(:empty)' }
const THEMES = ['dark', 'light'] as const
const HERE = fileURLToPath(new URL('../', import.meta.url))

const extension = mkdtempSync(join(tmpdir(), 'parker-extension-'))
const profile = mkdtempSync(join(tmpdir(), 'parker-profile-'))
try {
  await buildWithFixture(extension)
  mkdirSync(to, { recursive: true })
  const browser = await open()
  const page = await browser.newPage()
  const scenes = await sceneNames(page)
  for (const theme of THEMES) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
    for (const name of wanted(scenes)) {
      await draw(page, `fixture.html?${name}`, PANEL, '[data-scenes]')
      await shoot(page, `panel-${name}-${theme}`)
    }
    for (const name of wanted(Object.keys(TABS))) {
      await draw(page, `${name}.html`, TAB, TABS[name] ?? 'body')
      await shoot(page, `${name}-${theme}`)
    }
  }
  await browser.close()
} finally {
  for (const folder of [extension, profile]) rmSync(folder, { recursive: true, force: true })
}

function wanted(names: string[]): string[] {
  return only === undefined ? names : names.filter(name => name === only)
}

async function sceneNames(page: Page): Promise<string[]> {
  await draw(page, 'fixture.html', PANEL, '[data-scenes]')
  return ((await page.locator('body').getAttribute('data-scenes')) ?? '').split(' ')
}

/** The extension, and beside the panel a copy of it that shows scenes. */
async function buildWithFixture(folder: string): Promise<void> {
  await bundle('chrome', new URL('http://localhost:8000'), '1.0.0', folder)
  const panel = readFileSync(join(folder, 'panel.html'), 'utf8')
  writeFileSync(join(folder, 'fixture.html'), panel.replace('panel.js', 'fixture.js'))
  const entryPoints = [join(HERE, 'screenshots/fixture.ts')]
  await build({ entryPoints, outdir: folder, bundle: true, format: 'esm', conditions: ['source'], logLevel: 'warning' })
}

async function open(): Promise<BrowserContext> {
  const executablePath = findPart(CHROMIUM, process.env)
  if (!executablePath) throw new Error(`no Chromium: set CHROMIUM, or install the package ${CHROMIUM.package}`)
  return chromium.launchPersistentContext(profile, {
    executablePath,
    headless: false,
    deviceScaleFactor: 2,
    args: [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      `--disable-extensions-except=${extension}`,
      `--load-extension=${extension}`,
    ],
  })
}

async function draw(page: Page, path: string, size: { width: number; height: number }, drawn: string): Promise<void> {
  await page.setViewportSize(size)
  await page.goto(`${REFERENCE_ORIGIN}/${path}`)
  await page.locator(drawn).first().waitFor()
}

/** As WebP, which Playwright's own screenshots do not know. */
async function shoot(page: Page, name: string): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 82 })
  writeFileSync(join(to, `${name}.webp`), data, 'base64')
  await session.detach()
}

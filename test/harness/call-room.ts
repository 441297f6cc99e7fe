import type { Page } from 'playwright-core'
import { type Answered, type Answering, startAnswering } from './answering.ts'
import { openVoiceBrowser, startSite } from './browser.ts'
import { listenIn } from './listening.ts'
import { openCallPage } from './raw-call.ts'

/** Chromium with a microphone, and the emulator's peer to call. */
export interface CallRoom {
  answering: Answering
  /** A page that can call, and is listened to. */
  openPage(): Promise<Page>
  /** Calls from a page; resolves when the page has the answer. */
  dial(page: Page): Promise<Answered>
  /** A page whose channel to the other end is open, and whose microphone is. */
  connect(): Promise<{ page: Page; call: Answered }>
  /** Ends every call and closes every page. */
  clear(): Promise<void>
  close(): Promise<void>
}

export async function openCallRoom(wav: string): Promise<CallRoom> {
  const [browser, site, answering] = await Promise.all([openVoiceBrowser(wav), startSite(), startAnswering()])

  async function openPage(): Promise<Page> {
    const page = await browser.newPage()
    await listenIn(page)
    await openCallPage(page, site.originAs('localhost'))
    return page
  }

  async function dial(page: Page): Promise<Answered> {
    const next = answering.next()
    await page.evaluate(`startCall('${answering.url}', 'made-up')`)
    return next
  }

  return {
    answering,
    openPage,
    dial,
    async connect() {
      const page = await openPage()
      const call = await dial(page)
      await call.opened
      await page.evaluate('speak()')
      return { page, call }
    },
    async clear() {
      answering.fail(undefined)
      answering.hangUpAll()
      await Promise.all(browser.contexts().map(context => context.close()))
    },
    async close() {
      await browser.close()
      await site.close()
      answering.close()
    },
  }
}

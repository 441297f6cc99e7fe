import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { bundleClient } from '../../packages/client/build/bundle.ts'
import type { PageContext } from '../../packages/client/src/context.ts'
import type { Timings } from '../../packages/client/src/timings.ts'
import type { TranscriptLine } from '../../packages/client/src/transcript.ts'
import type { ServerEvent, TokenRequest } from '../../packages/client/src/wire.ts'

const SCRIPT = fileURLToPath(new URL('page/talking.js', import.meta.url))

/** What can be said of a service and of a call in plain data; types of the browser's own stay in the client. */
interface Setup {
  service: string
  maxWaitSeconds?: number
}
interface Request extends TokenRequest {
  context?: PageContext
  greet?: boolean
}

/** What a call has told so far: `told` in the page. */
export interface Told {
  states: string[]
  errors: { code: string; message: string; retryAfter?: number; detail?: string }[]
  events: ServerEvent[]
  lines: Record<string, TranscriptLine>
  loudest: { microphone: number; parker: number }
}

let source: Promise<string> | undefined

/** Opens a page that has the client, as built for outsiders. In it, `newCall(request)` makes `call` and `told`. */
export async function openTalkingPage(page: Page, url: string, setup: Setup): Promise<void> {
  source ??= bundleClient()
  await page.goto(url)
  await page.addScriptTag({ path: SCRIPT })
  await page.evaluate(`openParker(${JSON.stringify(await source)}, ${JSON.stringify(setup)})`)
}

/** Calls from such a page, and waits until the call is connected or has failed. */
export async function talk(page: Page, request: Request = {}): Promise<void> {
  await page.evaluate(`talk(${JSON.stringify(request)})`)
}

export function toldIn(page: Page): Promise<Told> {
  return page.evaluate('told')
}

export function timingsIn(page: Page): Promise<Timings> {
  return page.evaluate('call.timings')
}

/** Waits until the call is in this state, or has been. */
export async function waitForState(page: Page, name: string): Promise<void> {
  await page.waitForFunction(`told.states.includes('${name}')`, undefined, { polling: 20 })
}

/** Waits until the call has told of this trouble. */
export async function waitForError(page: Page, code: string): Promise<void> {
  await page.waitForFunction(`told.errors.some(error => error.code === '${code}')`, undefined, { polling: 20 })
}

/** Waits until an event of this type has come over the line. */
export async function waitForEvent(page: Page, type: string): Promise<void> {
  await page.waitForFunction(`told.events.some(event => event.type === '${type}')`, undefined, { polling: 20 })
}

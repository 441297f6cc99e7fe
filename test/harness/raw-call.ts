import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'

const SCRIPT = fileURLToPath(new URL('page/raw-call.js', import.meta.url))

/** An event of the server's, as the page has it. */
export interface ServerEvent {
  type: string
  transcript?: string
  response?: { status: string; status_details: { reason?: string } | null; usage: { total_tokens: number } | null }
}

/** Opens a page on which `startCall(url, secret)` connects by WebRTC alone, as `call`, and `speak()` then opens the microphone. */
export async function openCallPage(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await page.addScriptTag({ path: SCRIPT })
}

/** What came over the channel, oldest first. */
export function eventsOf(page: Page): Promise<ServerEvent[]> {
  return page.evaluate('call.events')
}

/** Waits until so many events of a type came. */
export async function waitForEvent(page: Page, type: string, count = 1): Promise<void> {
  await page.waitForFunction(`call.events.filter(event => event.type === '${type}').length >= ${count}`)
}

/** Writes to the model, and asks it to reply. */
export async function write(page: Page, text: string): Promise<void> {
  const item = { type: 'message', role: 'user', content: [{ type: 'input_text', text }] }
  for (const event of [{ type: 'conversation.item.create', item }, { type: 'response.create' }])
    await page.evaluate(`call.send(${JSON.stringify(event)})`)
}

import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'

/** The build for browsers that OpenAI's package brings along. */
const SDK = fileURLToPath(
  new URL('bundle/openai-realtime-agents.umd.js', import.meta.resolve('@openai/agents-realtime')),
)

const SCRIPT = fileURLToPath(new URL('page/official-sdk.js', import.meta.url))

/** What a page with the SDK has seen: `sdk.seen` there. */
export interface SeenBySdk {
  /** Arguments of each call of its tool `check_score`. */
  asked: unknown[]
  history: {
    type: string
    role?: string
    name?: string
    output?: string
    content?: { type: string; transcript?: string; text?: string }[]
  }[]
  /** Of the session, and any that nobody caught. */
  errors: string[]
  /** Types of the server's events, as they came. */
  events: string[]
}

/** Opens a page on which `startSession(url, secret, model?)` connects by OpenAI's own SDK, as `sdk`. */
export async function openSdkPage(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await page.addScriptTag({ path: SDK })
  await page.addScriptTag({ path: SCRIPT })
}

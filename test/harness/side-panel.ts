import { writeFileSync } from 'node:fs'
import { type CdpSession, connectCdp } from './cdp.ts'

/** The real side panel, which Playwright does not know as a page. */
export interface SidePanel {
  /** Evaluates an expression, or awaits the promise that it gives. @throws Error with what the page threw */
  evaluate<Result = unknown>(expression: string): Promise<Result>
  /** Waits until the expression is truthy, and gives its value. @throws after `timeoutMs`, with what the panel shows */
  waitFor<Result = unknown>(expression: string, timeoutMs?: number): Promise<Result>
  /** Waits until the element is there to be clicked, and clicks in its middle as a mouse does. */
  click(selector: string): Promise<void>
  /** Types into what has the focus. */
  type(text: string): Promise<void>
  press(key: keyof typeof KEY_CODES): Promise<void>
  /** All text that can be seen. */
  text(): Promise<string>
  screenshot(path: string): Promise<void>
  cdp: CdpSession
}

interface Target {
  url: string
  webSocketDebuggerUrl: string
}

const POLL_MS = 20
const TIMEOUT_MS = 20_000
const KEY_CODES = { Tab: 9, Enter: 13, ArrowRight: 39 }

/** Finds the panel behind the browser's debugging port and attaches to it. */
export async function attachToPanel(port: number, url: string): Promise<SidePanel> {
  const target = await findTarget(port, url)
  const cdp = await connectCdp(target.webSocketDebuggerUrl)

  async function evaluate<Result>(expression: string): Promise<Result> {
    const { result, exceptionDetails } = await cdp.send<{
      result: { value: Result }
      exceptionDetails?: { exception?: { description?: string } }
    }>('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? 'the panel threw')
    return result.value
  }

  async function waitFor<Result>(expression: string, timeoutMs = TIMEOUT_MS): Promise<Result> {
    const poll = `new Promise((resolve, reject) => {
      const end = performance.now() + ${timeoutMs}
      const look = () => {
        const value = (${expression})
        if (value) resolve(value)
        else if (performance.now() > end) reject(new Error('not in time'))
        else setTimeout(look, ${POLL_MS})
      }
      look()
    })`
    return evaluate<Result>(poll).catch(async (error: Error) => {
      throw new Error(`${error.message}: ${expression}\nThe panel shows:\n${await text()}`)
    })
  }

  const text = () => evaluate<string>('document.body.innerText')

  async function click(selector: string): Promise<void> {
    const at = await waitFor<{ x: number; y: number }>(`(() => {
      const element = document.querySelector(${JSON.stringify(selector)})
      if (!element || element.disabled || !element.checkVisibility()) return undefined
      element.scrollIntoView({ block: 'center' })
      const { x, y, width, height } = element.getBoundingClientRect()
      return { x: x + width / 2, y: y + height / 2 }
    })()`)
    const mouse = { ...at, button: 'left', clickCount: 1 }
    await cdp.send('Input.dispatchMouseEvent', { type: 'mousePressed', ...mouse })
    await cdp.send('Input.dispatchMouseEvent', { type: 'mouseReleased', ...mouse })
  }

  return {
    evaluate,
    waitFor,
    click,
    text,
    cdp,
    type: async typed => void (await cdp.send('Input.insertText', { text: typed })),
    async press(key) {
      const event = { key, windowsVirtualKeyCode: KEY_CODES[key], ...(key === 'Enter' ? { text: '\r' } : {}) }
      await cdp.send('Input.dispatchKeyEvent', { type: 'keyDown', ...event })
      await cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', ...event })
    },
    async screenshot(path) {
      const { data } = await cdp.send<{ data: string }>('Page.captureScreenshot', { format: 'png' })
      writeFileSync(path, data, 'base64')
    },
  }
}

/** The panel opens a moment after the click. */
async function findTarget(port: number, url: string): Promise<Target> {
  const end = performance.now() + TIMEOUT_MS
  while (performance.now() < end) {
    const targets = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as Target[]
    const found = targets.find(target => target.url === url)
    if (found) return found
    await new Promise(resolve => setTimeout(resolve, POLL_MS))
  }
  throw new Error(`no ${url} in the browser`)
}

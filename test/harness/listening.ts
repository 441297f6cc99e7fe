import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { BrowserContext, Page } from 'playwright-core'

/** What pages are measured by. */
export const SCRIPT = fileURLToPath(new URL('page/listening.js', import.meta.url))

/** Speech here measures 0.05 to 0.15, silence 0.000. */
const AUDIBLE_RMS = 0.02
const SILENT_RMS = 0.002

/** What the page heard at a time of its own clock: RMS, 0 to 1. */
export interface Level {
  atMs: number
  rms: number
}

/** Of the page's newest peer connection, from `getStats()`. */
export interface CallStats {
  /** `connectionState`, or `none` where the page has no connection. */
  state: string
  packetsReceived: number
  packetsLost: number
  /** Samples at 48 kHz made up for lost ones, where there was sound. */
  concealedSamples: number
  jitterSeconds: number
  totalAudioEnergy: number
  packetsSent: number
}

/** Measures what pages hear, whatever their code is: call before they are opened. */
export async function listenIn(pages: Page | BrowserContext): Promise<void> {
  await pages.addInitScript({ path: SCRIPT })
}

/** True in a page that hears something. */
export const HEARS = `listening.levels.slice(-3).filter(({ rms }) => rms >= ${AUDIBLE_RMS}).length === 3`

/** True in a page that has heard nothing for `forMs`. */
export function heardNothing(forMs: number): string {
  const count = Math.ceil(forMs / 20)
  return `listening.levels.length >= ${count} && listening.levels.slice(-${count}).every(({ rms }) => rms < ${SILENT_RMS})`
}

/** Waits until the page hears something. @throws after `timeoutMs` */
export async function waitForSound(page: Page, timeoutMs = 20_000): Promise<void> {
  await until(page, HEARS, timeoutMs)
}

/** Waits until the page has heard nothing for `forMs`. @throws after `timeoutMs` */
export async function waitForSilence(page: Page, forMs = 500, timeoutMs = 20_000): Promise<void> {
  await until(page, heardNothing(forMs), timeoutMs)
}

/** Asked from outside, since a page's own policy may forbid to evaluate text in it. */
async function until(page: Page, expression: string, timeoutMs: number): Promise<void> {
  const end = performance.now() + timeoutMs
  while (!(await page.evaluate(expression))) {
    if (performance.now() > end) throw new Error(`not within ${timeoutMs} ms: ${expression}`)
    await wait(20)
  }
}

/** The last minute, every 20 ms. */
export function levelsOf(page: Page): Promise<Level[]> {
  return page.evaluate('listening.levels')
}

export function statsOf(page: Page): Promise<CallStats> {
  return page.evaluate('listening.stats()')
}

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Browser, chromium, type Page } from 'playwright-core'
import { CHROMIUM, findPart } from '../run/parts.ts'

/** Names that lead to this machine; all others lead nowhere, so a test cannot come to depend on the network. */
const HOSTS = ['localhost', 'www.espn.com', 'malicious-site.com', 'parker.test']

/** What every Chromium of the tests is started with. `rules` resolve further names, and come first. */
export function browserArguments(...rules: string[]): string[] {
  const names = [...rules, ...HOSTS.map(host => `MAP ${host} 127.0.0.1`), 'MAP * ~NOTFOUND', 'EXCLUDE 127.0.0.1']
  return [...ARGUMENTS, `--host-resolver-rules=${names.join(',')}`]
}

const ARGUMENTS: readonly string[] = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Starts the real Chromium, headless, with a profile of its own in the temporary folder. */
export function openBrowser(...more: string[]): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath(), args: [...browserArguments(), ...more] })
}

/**
 * Starts it with a microphone that plays a WAV (48 kHz mono, 16 bit; `speechWav()` makes one) from its beginning each
 * time a page opens it, and without questions. Pages that want it must be on localhost: others are no secure context.
 */
export function openVoiceBrowser(wav: string, how: 'once' | 'over and over' = 'once'): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath(),
    args: [...browserArguments(), ...voiceArguments(wav, how), NO_QUESTIONS],
  })
}

/** Every page that asks for the microphone gets it. */
const NO_QUESTIONS = '--use-fake-ui-for-media-stream'

/** What gives a browser its microphone. Pages are asked about it as usual. */
export function voiceArguments(wav: string, how: 'once' | 'over and over' = 'once'): string[] {
  return [
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-audio-capture=${wav}${how === 'once' ? '%noloop' : ''}`,
    '--autoplay-policy=no-user-gesture-required',
    // A machine may have no other interface.
    '--allow-loopback-in-peer-connection',
  ]
}

export function chromiumPath(): string {
  const path = findPart(CHROMIUM, process.env)
  if (!path) throw new Error(`no Chromium: set CHROMIUM, or install the package ${CHROMIUM.package}`)
  return path
}

/** A page of somebody's site. */
export interface Site {
  /** What a browser calls its origin, under the name of one of the hosts. */
  originAs(host: string): string
  close(): Promise<void>
}

/** Serves an empty page under every name and path. */
export async function startSite(): Promise<Site> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' })
    response.end('<!doctype html><title>A page</title><link rel="icon" href="data:,">')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    originAs: host => `http://${host}:${port}`,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** What a script on a page got to see of an answer; `unreadable` when the browser kept it. */
export type SeenByPage = 'unreadable' | { status: number; type: string; headers: Record<string, string>; text: string }

/** What a page's script may say about a request; plain data, since it is carried into the page. */
export interface PageRequest {
  method?: string
  headers?: Record<string, string>
  body?: string
  mode?: 'cors' | 'no-cors'
  credentials?: 'include' | 'omit'
}

/** Fetches from inside a page, as its own script would. */
export function fetchInPage(page: Page, url: string, init: PageRequest = {}): Promise<SeenByPage> {
  const script = async ([address, options]: readonly [string, PageRequest]): Promise<SeenByPage> => {
    try {
      const response = await fetch(address, options)
      const { status, type } = response
      return { status, type, headers: Object.fromEntries(response.headers), text: await response.text() }
    } catch {
      return 'unreadable'
    }
  }
  return page.evaluate(script, [url, init] as const)
}

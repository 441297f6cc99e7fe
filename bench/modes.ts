import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Browser } from 'playwright-core'
import { type Emulator, startEmulator } from '../packages/emulator/src/emulator.ts'
import { table } from '../scripts/docs/markdown.ts'
import { ask } from '../test/harness/ask.ts'
import { openVoiceBrowser, type Site, startSite } from '../test/harness/browser.ts'
import { type RunningService, startService } from '../test/harness/service.ts'
import { speechWav } from '../test/harness/speech-wav.ts'
import { openTalkingPage, talk, timingsIn, toldIn } from '../test/harness/talking.ts'
import { type Spread, spreadOf } from './figures.ts'
import { factsOf } from './machine.ts'

/** Two public recordings of July 2026 have `openai-processing-ms` 428 and 456. */
const MINT_MS = 450
/** Calls by each way, after one that is not counted; `--rounds 2` for a quick look. */
const ROUNDS = Number(parseArgs({ options: { rounds: { type: 'string', default: '10' } } }).values.rounds)
const PAGE = fileURLToPath(new URL('../docs/unified-calls.md', import.meta.url))
const [START, END] = ['<!-- comparison -->', '<!-- /comparison -->']

/** A way to a call, and what was measured on it. */
interface Way {
  name: string
  settings: Record<string, string>
  service: RunningService
  connected: number[]
  audible: number[]
}

const WAYS: Pick<Way, 'name' | 'settings'>[] = [
  { name: 'ephemeral, cold', settings: { POOL_ENABLED: 'false' } },
  { name: 'ephemeral, warm', settings: { POOL_ENABLED: 'true' } },
  { name: 'unified', settings: { CALL_MODE: 'unified' } },
]

/** `npm run bench:modes` measures the ways to a call in turns, and writes the comparison into docs/unified-calls.md. */
async function main(): Promise<void> {
  const { path } = await speechWav('Good evening.', { beforeMs: 20_000 })
  const [emulator, site, browser] = await Promise.all([
    startEmulator({ latencyMs: MINT_MS }),
    startSite(),
    openVoiceBrowser(path),
  ])
  const ways = await Promise.all(WAYS.map(way => prepare(way, emulator, site)))
  try {
    for (let round = 0; round <= ROUNDS; round++) for (const way of ways) await measure(way, browser, site, round > 0)
    write(comparison(ways))
  } finally {
    await browser.close()
    for (const { service } of ways) await service.stop()
    await site.close()
    await emulator.close()
  }
}

async function prepare(way: Pick<Way, 'name' | 'settings'>, emulator: Emulator, site: Site): Promise<Way> {
  const origins = { ALLOWED_ORIGINS: site.originAs('localhost') }
  const service = await startService({
    OPENAI_BASE_URL: emulator.baseUrl,
    UPSTREAM_TIMEOUT_MS: '60000',
    ...origins,
    ...way.settings,
  })
  return { ...way, service, connected: [], audible: [] }
}

/** One click, by our client as it is, and Parker's greeting. */
async function measure(
  { name, settings, service, connected, audible }: Way,
  browser: Browser,
  site: Site,
  counts: boolean,
) {
  if (counts && settings.POOL_ENABLED === 'true') await oneIsReady(service)
  const page = await browser.newPage()
  await openTalkingPage(page, site.originAs('localhost'), { service: service.url })
  await talk(page, { greet: true })
  await page.waitForFunction('call.timings.connected_to_first_audio_ms !== undefined', undefined, { polling: 20 })
  const { click_to_connected_ms: way = 0, connected_to_first_audio_ms: voice = 0 } = await timingsIn(page)
  const { errors } = await toldIn(page)
  if (errors.length > 0) throw new Error(`${name}: ${JSON.stringify(errors)}`)
  if (counts) {
    connected.push(way)
    audible.push(way + voice)
  }
  await page.evaluate('call.hangUp()')
  await page.close()
  process.stderr.write(`${name}: connected after ${Math.round(way)} ms, audible after ${Math.round(way + voice)} ms\n`)
}

async function oneIsReady({ url }: RunningService): Promise<void> {
  while ((await ask(url)).json.cache_stats.entries === 0) await new Promise(resolve => setTimeout(resolve, 50))
}

function comparison(ways: readonly Way[]): string {
  const rows = ways.map(({ name, connected, audible }) => [name, spread(connected), spread(audible)])
  const machine = factsOf(undefined, '').filter(([what]) => ['Processor', 'System', 'Node'].includes(what))
  return [
    table(['', 'click → connected', 'click → first audio'], rows),
    `Milliseconds, by our client in Chromium: the middle of ${ROUNDS} calls, with the least and the most. The three ways took turns. ` +
      `The emulator stands in for OpenAI on the same machine and takes ${MINT_MS} ms for a mint, as recordings of OpenAI do, and no ` +
      'time of its own to answer an offer or to think. So the figures show what each way adds, not how long a call takes to ' +
      'set up across the internet, where each further round trip counts as well.',
    `Written by \`npm run bench:modes\` on ${machine.map(([what, is]) => (what === 'Node' ? `Node ${is}` : is)).join('; ')}.`,
  ].join('\n\n')
}

function spread(values: readonly number[]): string {
  const { median, least, most }: Spread = spreadOf(values)
  return `${Math.round(median)} (${Math.round(least)}–${Math.round(most)})`
}

function write(text: string): void {
  const page = readFileSync(PAGE, 'utf8')
  const [from, to] = [page.indexOf(START), page.indexOf(END)]
  if (from === -1 || to < from) throw new Error(`${PAGE} has no place for the comparison`)
  writeFileSync(PAGE, `${page.slice(0, from + START.length)}\n\n${text}\n\n${page.slice(to)}`)
  process.stderr.write('Written: docs/unified-calls.md\n')
}

await main()

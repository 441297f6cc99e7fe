import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild-wasm'
import type { Browser, Page } from 'playwright-core'
import { openBrowser } from '../../../../test/harness/browser.ts'

const SIDE = (name: string, score: string) =>
  `<div class="Gamestrip__Team"><h2 class="ScoreCell__TeamName">${name}</h2><div class="Gamestrip__Score">${score}</div></div>`
const STRIP = (inner: string) =>
  `<div class="Gamestrip">${inner}<div class="Gamestrip__Overview"><div class="ScoreCell__Time">Final</div> ESPN</div></div>`
const EVENT = (event: unknown) => `<script type="application/ld+json">${JSON.stringify(event)}</script>`

const GAME = `<h1>Foxes survive</h1>${STRIP(SIDE(' Gulls\n', '99') + SIDE('Foxes', '101'))}`
const FIGHT = `<div class="MMAGamestrip">
  <div class="MMACompetitor"><h2>Ada Stone</h2></div><div class="MMACompetitor"><h2>Bea Reed</h2></div></div>`
const STORY = `<meta property="og:title" content="A trade nobody saw"><article><h1>The trade</h1></article>`
const AHEAD = EVENT({ '@type': 'SportsEvent', awayTeam: { name: 'Gulls' }, homeTeam: { name: 'Foxes' } })

describe('reading a page', () => {
  let browser: Browser
  let page: Page
  before(async () => {
    const entryPoints = [fileURLToPath(new URL('read-page.ts', import.meta.url))]
    const footer = { js: 'globalThis.reader = reader' }
    const options = { entryPoints, bundle: true, write: false, format: 'iife', globalName: 'reader', footer } as const
    const [bundled, opened] = await Promise.all([build(options), openBrowser()])
    browser = opened
    page = await browser.newPage()
    await page.addInitScript(bundled.outputFiles[0]?.text ?? '')
  })
  after(() => browser?.close())

  async function read(html: string, path = '/nba/game/_/gameId/1'): Promise<unknown> {
    await page.goto('about:blank')
    await page.setContent(html)
    return page.evaluate(`reader.readPage(document, ${JSON.stringify(path)})`)
  }

  it('finds both sides, their scores and where the game stands', async () => {
    assert.deepEqual(await read(GAME), {
      sport: 'basketball',
      teams: [
        { name: 'Gulls', score: '99' },
        { name: 'Foxes', score: '101' },
      ],
      status: 'Final',
      headline: 'Foxes survive',
    })
  })

  it('finds the sides of a fight', async () => {
    assert.deepEqual(await read(FIGHT, '/mma/fightcenter'), {
      sport: 'mma',
      teams: [{ name: 'Ada Stone' }, { name: 'Bea Reed' }],
    })
  })

  it('finds the sides of a game ahead, which has no score', async () => {
    assert.deepEqual(await read(AHEAD, '/nhl/game'), { sport: 'hockey', teams: [{ name: 'Gulls' }, { name: 'Foxes' }] })
  })

  it('takes the headline of a story from its article, else from what is shared, else from the title', async () => {
    assert.deepEqual(await read(STORY, '/'), { teams: [], headline: 'The trade' })
    assert.deepEqual(await read(STORY.replace(/<article.*/, ''), '/'), { teams: [], headline: 'A trade nobody saw' })
    assert.deepEqual(await read('<title>Sports</title>', '/'), { teams: [], headline: 'Sports' })
  })

  for (const [what, html] of [
    ['an empty page', ''],
    ['a strip with one side', STRIP(SIDE('Gulls', '99')).replace(/<div class="ScoreCell__Time".*/, '')],
    ['structured data that is broken', '<script type="application/ld+json">{"@type":</script>'],
    [
      'structured data that is something else',
      EVENT(null) + EVENT([{ '@type': 'SportsEvent' }]) + EVENT('SportsEvent'),
    ],
    ['sides that are no text', EVENT({ '@type': 'SportsEvent', awayTeam: { name: {} }, homeTeam: 7 })],
  ] as const)
    it(`makes nothing up of ${what}`, async () => {
      assert.deepEqual(((await read(html)) as { teams: unknown[] }).teams, [])
    })

  it('bounds a page that is huge', async () => {
    const huge = 'x'.repeat(200_000)
    const facts = await read(`<h1>${huge}</h1>${STRIP(SIDE(huge, huge).repeat(20))}${AHEAD.repeat(500)}`)
    assert.ok(JSON.stringify(facts).length < 1_000)
  })
})

import { type PageFacts, readFacts } from './facts.ts'
import { sportOfPath } from './sports.ts'

/** Where a game page names its sides, the first that fits: most sports, then the fights. */
const SIDES = [
  { strip: '.Gamestrip', name: '.ScoreCell__TeamName', score: '.Gamestrip__Score' },
  { strip: '.MMAGamestrip', name: '.MMACompetitor h2', score: '.MMACompetitor__score' },
]
/** Where the game stands, best first. */
const STATUS = ['.Gamestrip__Overview .ScoreCell__Time', '.Gamestrip__Time', '.Gamestrip__Overview']
const HEADLINE = ['article h1', 'h1']

/** How many structured blocks are looked at, and how long one may be, in characters. */
const MAX_BLOCKS = 10
const MAX_BLOCK = 100_000

/** What the page says of itself, bounded. Reads text only; nothing of the page is run or changed. */
export function readPage(page: Document, pathname: string): PageFacts {
  const teams = sidesOnStrip(page)
  return readFacts({
    sport: sportOfPath(pathname),
    teams: teams.length === 2 ? teams : sidesOfEvent(page),
    status: textOf(page, STATUS),
    headline: headlineOf(page),
  })
}

function sidesOnStrip(page: Document): unknown[] {
  for (const { strip, name, score } of SIDES) {
    const place = page.querySelector(strip)
    const names = place ? [...place.querySelectorAll(name)] : []
    if (!place || names.length < 2) continue
    const scores = place.querySelectorAll(score)
    return names.slice(0, 2).map((side, i) => ({ name: side.textContent, score: scores[i]?.textContent }))
  }
  return []
}

/** The sides of a schema.org `SportsEvent`, visitors first as on the strip. */
function sidesOfEvent(page: Document): unknown[] {
  const blocks = [...page.querySelectorAll('script[type="application/ld+json"]')].slice(0, MAX_BLOCKS)
  for (const { textContent } of blocks) {
    const event = eventIn(textContent ?? '')
    if (event?.awayTeam && event.homeTeam) return [event.awayTeam, event.homeTeam]
  }
  return []
}

function eventIn(json: string): { awayTeam?: unknown; homeTeam?: unknown } | undefined {
  if (json.length > MAX_BLOCK) return undefined
  try {
    const value = JSON.parse(json)
    return value?.['@type'] === 'SportsEvent' ? value : undefined
  } catch {
    return undefined
  }
}

function headlineOf(page: Document): string {
  const shared = page.querySelector('meta[property="og:title"]')?.getAttribute('content')
  return textOf(page, HEADLINE) || shared || page.title
}

/** The text of the first of these that has some. */
function textOf(page: Document, selectors: readonly string[]): string {
  const texts = selectors.map(selector => page.querySelector(selector)?.textContent?.trim())
  return texts.find(text => text) ?? ''
}

import { plainText } from './plain-text.ts'

/** What a sports page is about. Everything is text of that page: shown as text, and told to Parker as data. */
export interface PageFacts {
  /** A sport that the service knows, by the page's address. */
  sport?: string
  /** At most two, in the page's order. */
  teams: Team[]
  /** Where the game stands: `4th 0:42`, `Final`. */
  status?: string
  headline?: string
}

export interface Team {
  name: string
  score?: string
}

/** The longest of each, in characters. Together they stay below the 1,000 that a context may have. */
const MAX = { sport: 20, name: 60, score: 12, status: 60, headline: 200, teams: 2 }

/** Makes facts of anything whatever: what is no text is left out, what is too long is cut. */
export function readFacts(value: unknown): PageFacts {
  const { sport, teams, status, headline } = fieldsOf(value)
  return {
    ...optional('sport', plainText(sport, MAX.sport)),
    teams: (Array.isArray(teams) ? teams.slice(0, MAX.teams) : []).flatMap(readTeam),
    ...optional('status', plainText(status, MAX.status)),
    ...optional('headline', plainText(headline, MAX.headline)),
  }
}

function readTeam(value: unknown): Team[] {
  const { name, score } = fieldsOf(value)
  const known = plainText(name, MAX.name)
  return known === '' ? [] : [{ name: known, ...optional('score', plainText(score, MAX.score)) }]
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function optional<Name extends string>(name: Name, text: string): { [name in Name]?: string } {
  return (text === '' ? {} : { [name]: text }) as { [name in Name]?: string }
}

/** The facts as lines for Parker, or nothing when the page says nothing. */
export function contextOf({ sport, teams, status, headline }: PageFacts): string | undefined {
  const lines = [
    teams.length > 0 &&
      `On the page: ${teams.map(team => [team.name, team.score].filter(Boolean).join(' ')).join(', ')}`,
    status && `Status: ${status}`,
    headline && `Headline: ${headline}`,
  ].filter(line => typeof line === 'string')
  if (lines.length === 0) return undefined
  return [...(sport ? [`Sport: ${sport}`] : []), ...lines].join('\n')
}

/** One line that names what the page is about, for a list of transcripts. */
export function titleOf({ teams, headline }: PageFacts): string | undefined {
  return teams.length === 2 ? teams.map(team => team.name).join(' – ') : headline
}

/** The first part of an espn.com path, and the service's name for that sport. */
const SPORT_BY_SECTION: Record<string, string> = {
  nba: 'basketball',
  wnba: 'basketball',
  'mens-college-basketball': 'basketball',
  'womens-college-basketball': 'basketball',
  'nba-g-league': 'basketball',
  'olympics-basketball': 'basketball',
  nfl: 'football',
  'college-football': 'football',
  ufl: 'football',
  cfl: 'football',
  mlb: 'baseball',
  'college-baseball': 'baseball',
  nhl: 'hockey',
  soccer: 'soccer',
  football: 'soccer',
  tennis: 'tennis',
  golf: 'golf',
  mma: 'mma',
  f1: 'motorsport',
  racing: 'motorsport',
  nascar: 'motorsport',
}

/** The sport of a page's address, where its section says one. */
export function sportOfPath(pathname: string): string | undefined {
  const section = pathname.split('/')[1]?.toLowerCase() ?? ''
  return Object.hasOwn(SPORT_BY_SECTION, section) ? SPORT_BY_SECTION[section] : undefined
}

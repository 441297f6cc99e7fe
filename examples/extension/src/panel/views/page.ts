import { byId, make, whenChanged } from '../../dom.ts'
import { showFigures } from '../../figures.ts'
import type { PageFacts, Team } from '../../page/facts.ts'

const NOTHING = 'Open a game or a story on espn.com and Parker knows what you are looking at.'

/** The score bug: what is on the page, as text, with plain scores on the board. */
export function pageView(): (page: PageFacts | undefined) => void {
  const bug = byId('page')
  return whenChanged(page => bug.replaceChildren(...(page ? contentOf(page) : [nothing()])))
}

function contentOf({ teams, status, headline }: PageFacts): Node[] {
  if (teams.length === 0 && !headline) return [nothing()]
  const sides = teams.length > 0 ? [make('div', { className: 'bug-sides' }, ...teams.map(side))] : []
  const foot = [status && ['bug-status', status], headline && ['bug-headline', headline]].filter(part =>
    Array.isArray(part),
  )
  if (foot.length === 0) return sides
  const parts = foot.map(([className, textContent]) => make('p', { className, textContent }))
  return [...sides, make('div', { className: 'bug-foot' }, ...parts)]
}

function side({ name, score = '' }: Team): HTMLElement {
  const shown = make('div', { className: 'bug-score' })
  if (/^\d{1,3}$/.test(score)) showFigures(shown, score)
  else shown.textContent = score
  return make(
    'div',
    { className: 'bug-side' },
    make('div', { className: 'bug-name', textContent: name, title: name }),
    shown,
  )
}

function nothing(): HTMLElement {
  return make('p', { className: 'bug-foot bug-none', textContent: NOTHING })
}

import { asClock, inWords } from '../../clock.ts'
import { byId, make, setText, whenChanged } from '../../dom.ts'
import { showFigures } from '../../figures.ts'
import { type PanelState, type Stage, spokenLines } from '../state.ts'

/** What each rating is called. */
const RATINGS = ['Airball', 'Off the rim', 'Solid', 'Highlight reel', 'Hall of fame']

/** The final board: how long, how much was said, and one click for a rating. */
export function endedView(rate: (rating: number) => void): (state: PanelState) => void {
  const buttons = RATINGS.map((name, i) => {
    const button = make('button', { type: 'button', textContent: String(i + 1), title: name })
    button.setAttribute('aria-label', `${i + 1} of 5: ${name}`)
    button.addEventListener('click', () => rate(i + 1))
    return button
  })
  byId('rating')
    .querySelector('.rating-row')
    ?.append(...buttons)
  const draw = whenChanged((stage: Extract<Stage, { name: 'ended' }>) => drawRating(buttons, stage.rating))
  return state => {
    if (state.stage.name !== 'ended') return
    const { seconds } = state.stage
    showFigures(byId('ended-clock'), asClock(seconds), 5)
    setText(byId('ended-line'), `${inWords(seconds)} on air, ${turns(spokenLines(state).length)}.`)
    draw(state.stage)
  }
}

function drawRating(buttons: HTMLButtonElement[], rating: number | undefined): void {
  for (const [i, button] of buttons.entries()) {
    button.setAttribute('aria-pressed', String(rating === i + 1))
    button.disabled = rating !== undefined
  }
  setText(byId('rating-line'), rating === undefined ? '' : `${RATINGS[rating - 1]}. Thanks for the call!`)
}

function turns(count: number): string {
  return count === 1 ? '1 turn' : `${count} turns`
}

import type { Choice, DefaultedChoice, Options } from '@parker/client'
import { byId, make, whenChanged } from '../../dom.ts'
import { PICKS, type Picks } from '../../settings/settings.ts'
import type { PanelState } from '../state.ts'

/** What is told to the service. */
export interface Picked extends Picks {
  sport?: string
}

/** The value of the sport's picker that follows the page. */
const FROM_PAGE = 'page'

/** Fills the form from what the service offers, and reads it. Drawn again only when there is something else to offer. */
export function pickersView(changed: (picks: Picks) => void): (state: PanelState) => void {
  const form = byId<HTMLFormElement>('lineup')
  form.addEventListener('input', () => changed(radiosOf(form)))
  const draw = whenChanged(({ options, picks }: { options: Options; picks: Picks }) =>
    byId('pickers').replaceChildren(...pickers(options, picks)),
  )
  const tellSport = whenChanged((sport: string | undefined) => nameSport(sport))
  let first: Picks | undefined
  return ({ options, picks, page }) => {
    if (!options) return
    first ??= picks
    draw({ options, picks: first })
    tellSport(page?.sport)
  }
}

/** What is picked now; the sport may follow the page. */
export function readPickers(sportOfPage: string | undefined): Picked {
  const form = byId<HTMLFormElement>('lineup')
  const chosen = String(new FormData(form).get('sport') ?? '')
  const sport = chosen === FROM_PAGE ? sportOfPage : chosen
  return { ...radiosOf(form), ...(sport && isOffered(form, sport) ? { sport } : {}) }
}

function isOffered(form: HTMLFormElement, sport: string): boolean {
  return [...form.querySelectorAll('option')].some(({ value }) => value === sport)
}

function radiosOf(form: HTMLFormElement): Picks {
  const data = new FormData(form)
  return Object.fromEntries(PICKS.flatMap(name => (data.has(name) ? [[name, String(data.get(name))]] : [])))
}

function pickers({ modes, voices, difficulties, sports }: Options, picks: Picks): HTMLElement[] {
  return [
    modePicker(modes, picks.mode),
    chipPicker('difficulty', 'How hard?', difficulties, picks.difficulty),
    chipPicker('voice', 'Whose voice?', voices, picks.voice),
    ...sportPicker(sports),
  ]
}

function modePicker(modes: Choice[], picked: string | undefined): HTMLElement {
  const selected = modes.find(({ name }) => name === picked) ?? modes[0]
  const cards = modes.map(mode => {
    const input = make('input', { type: 'radio', name: 'mode', value: mode.name, checked: mode === selected })
    const about = make('span', { className: 'about', textContent: mode.description })
    const name = make('span', { className: 'name', textContent: `${label(mode.name)} mode` })
    return make('label', { className: 'mode' }, input, make('span', { className: 'face' }, name, about))
  })
  return fieldset('Which game?', make('div', { className: 'modes' }, ...cards))
}

function chipPicker(
  field: string,
  legend: string,
  choices: DefaultedChoice[],
  picked: string | undefined,
): HTMLElement {
  const selected = choices.find(({ name }) => name === picked) ?? choices.find(choice => choice.default) ?? choices[0]
  const hint = make('p', { className: 'hint', id: `about-${field}`, textContent: selected?.description ?? '' })
  const chips = choices.map(choice => {
    const input = make('input', { type: 'radio', name: field, value: choice.name, checked: choice === selected })
    input.setAttribute('aria-describedby', hint.id)
    input.addEventListener('input', () => {
      hint.textContent = choice.description
    })
    return make(
      'label',
      { className: 'chip' },
      input,
      make('span', { className: 'face', textContent: label(choice.name) }),
    )
  })
  return fieldset(legend, make('div', { className: 'chips' }, ...chips), hint)
}

function sportPicker(sports: Choice[]): HTMLElement[] {
  const options = sports.map(({ name }) => make('option', { value: name, textContent: label(name) }))
  const select = make(
    'select',
    { id: 'sport', name: 'sport' },
    make('option', { value: FROM_PAGE, id: 'sport-of-page' }),
    make('option', { value: '', textContent: 'Any sport' }),
    ...options,
  )
  return [make('div', {}, make('label', { htmlFor: 'sport', textContent: 'Which sport?' }), select)]
}

function nameSport(sport: string | undefined): void {
  const option = document.getElementById('sport-of-page')
  if (option) option.textContent = sport ? `From the page: ${label(sport)}` : 'From the page'
}

function fieldset(legend: string, ...children: HTMLElement[]): HTMLElement {
  return make('fieldset', {}, make('legend', { textContent: legend }), ...children)
}

/** `hot_take` as `Hot take`, `mma` as `MMA`. */
export function label(name: string): string {
  const words = name.replaceAll('_', ' ')
  return name.length > 3 ? `${words[0]?.toUpperCase()}${words.slice(1)}` : words.toUpperCase()
}

import { make } from './dom.ts'

const NAMES = { you: 'You', parker: 'Parker' }

/** One line of a transcript, live or saved. */
export function said(who: 'you' | 'parker', text: string): HTMLElement {
  return make(
    'li',
    { className: 'said', 'data-who': who },
    make('span', { className: 'said-who', textContent: NAMES[who] }),
    make('span', { className: 'said-text', textContent: text }),
  )
}

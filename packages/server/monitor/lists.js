import { make, write } from './dom.js'
import { timeOfDay } from './figures.js'

const MOST = 50

/** Keeps the newest of something, newest first, and shows it; the list is made anew only when there is news. */
export function newestFirst(place, empty, render) {
  let items = []
  const show = () => place.replaceChildren(...(items.length === 0 ? [empty()] : items.map(render)))
  show()
  return {
    replace(all) {
      items = [...all].reverse()
      show()
    },
    add(news) {
      if (news.length === 0) return
      items = [...[...news].reverse(), ...items].slice(0, MOST)
      show()
    },
  }
}

export function errorRow({ time, status, type, when, route, request_id }) {
  const copy = make('button', { type: 'button', className: 'id', title: 'Copy', textContent: request_id })
  copy.setAttribute('aria-label', `Copy request id ${request_id}`)
  copy.addEventListener('click', () => copied(copy, request_id))
  return make(
    'tr',
    {},
    make('td', { className: 'time', textContent: timeOfDay(time) }),
    make(
      'td',
      {},
      make('span', {
        className: `status ${status >= 500 ? 'failed' : status === 429 ? 'limited' : 'refused'}`,
        textContent: status,
      }),
      make('span', { className: 'type', textContent: type }),
      make('p', { className: 'when', textContent: when.replaceAll('`', '') }),
    ),
    make('td', { className: 'where', textContent: route }),
    make('td', {}, copy),
  )
}

async function copied(button, text) {
  const worked = await navigator.clipboard.writeText(text).then(
    () => true,
    () => false,
  )
  write(button, worked ? 'Copied' : 'Not allowed')
  setTimeout(() => write(button, text), 1500)
}

export const noErrors = () =>
  make('tr', {}, make('td', { colSpan: 4, className: 'quiet', textContent: 'None so far.' }))

export function commentItem({ time, rating, voice, difficulty, mode, ended, mos, comment, request_id }) {
  const stars = rating === undefined ? '' : `${'★'.repeat(rating)}${'☆'.repeat(5 - rating)}`
  const facts = [voice, difficulty, mode, mos && `MOS ${mos.toFixed(1)}`, ended?.replaceAll('_', ' '), timeOfDay(time)]
  return make(
    'li',
    { title: request_id },
    make('p', { className: 'words', textContent: comment }),
    make(
      'p',
      { className: 'about' },
      ...(stars
        ? [make('span', { className: 'stars', role: 'img', ariaLabel: `${rating} of 5`, textContent: stars }), ' ']
        : []),
      facts.filter(Boolean).join(' · '),
    ),
  )
}

export const noComments = () => make('li', { className: 'quiet', textContent: 'None so far.' })

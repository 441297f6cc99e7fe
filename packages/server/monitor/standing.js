import { byId, make, makeSvg } from './dom.js'
import { count } from './figures.js'

/** What of the shown time each limit refused. */
export function showLimits(points) {
  const totals = new Map()
  for (const { limits } of points)
    for (const [type, times] of Object.entries(limits)) totals.set(type, (totals.get(type) ?? 0) + times)
  const sorted = [...totals].sort(([, a], [, b]) => b - a)
  const most = Math.max(1, ...totals.values())
  const rows = sorted.map(([type, times]) =>
    make(
      'tr',
      {},
      make('th', { scope: 'row', textContent: type }),
      make('td', { className: 'number', textContent: count(times) }),
      make('td', { className: 'bar' }, make('meter', { max: most, value: times, ariaLabel: `${type}: ${times}` })),
    ),
  )
  byId('limits').replaceChildren(
    rows.length === 0
      ? make('p', { className: 'quiet', textContent: 'No limit was hit in this time.' })
      : make('table', {}, make('tbody', {}, ...rows)),
  )
}

const STRIPS = [
  {
    label: 'OpenAI',
    of: point => (point.openai_connected ? 'well' : 'bad'),
    words: { well: 'connected', bad: 'disconnected' },
  },
  {
    label: 'Breaker',
    of: point => ({ closed: 'well', trial: 'trial', open: 'bad' })[point.breaker],
    words: { well: 'closed', trial: 'on trial', bad: 'open' },
  },
]

function inWords(states, words) {
  if (states.length === 0) return 'not known yet'
  const now = words[states.at(-1)]
  const share = states.filter(state => state === 'well').length / states.length
  return share === 1 ? `${now} all the time` : `${now} now, ${words.well} ${Math.round(share * 100)} % of the time`
}

/** How OpenAI and the breaker stood over the shown time, as a strip each. */
export function showStrips(points, seconds) {
  const newest = points.at(-1)?.time ?? 0
  const rows = STRIPS.map(({ label, of, words }) => {
    const states = points.map(of)
    const about = inWords(states, words)
    const strip = makeSvg('svg', {
      viewBox: '0 0 1000 16',
      preserveAspectRatio: 'none',
      role: 'img',
      'aria-label': `${label}: ${about}`,
    })
    const width = points.length < 2 ? 1000 : ((points[1].time - points[0].time) / seconds) * 1000
    points.forEach((point, i) => {
      const x = 1000 - ((newest - point.time) / seconds) * 1000 - width
      strip.append(makeSvg('rect', { x, y: 0, width: width + 0.5, height: 16, class: states[i] }))
    })
    return make('div', { className: 'strip' }, make('p', {}, make('b', { textContent: label }), ` ${about}`), strip)
  })
  byId('strips').replaceChildren(...rows)
}

import { byId, make, write } from './dom.js'
import { count, ms } from './figures.js'

const HEADINGS = { by_voice: 'Voice', by_model: 'Model', by_difficulty: 'Difficulty', by_mode: 'Mode' }

/** The table of quality: each name of a dimension with its figures. */
export function showVoices({ figures }, dimension) {
  write(byId('voices-name'), HEADINGS[dimension])
  const rows = Object.entries(figures[dimension]).sort(([, a], [, b]) => b.requests - a.requests)
  const body = byId('voices').querySelector('tbody')
  body.replaceChildren(...(rows.length === 0 ? [nothing()] : rows.map(row)))
}

function nothing() {
  return make('tr', {}, make('td', { colSpan: 9, className: 'quiet', textContent: 'Nothing in the last hour.' }))
}

function row([name, told]) {
  const { requests, mint_ms, reports, click_to_connected_ms, first_audio_ms, turn_gap_ms, quality, satisfaction } = told
  const number = textContent => make('td', { className: 'number', textContent })
  return make(
    'tr',
    {},
    make('th', { scope: 'row', textContent: name }),
    number(count(requests)),
    make('td', { className: 'number of-pool', textContent: `${ms(mint_ms.p50)} · ${ms(mint_ms.p95)}` }),
    number(count(reports)),
    number(ms(click_to_connected_ms.p50)),
    number(ms(first_audio_ms.p50)),
    number(ms(turn_gap_ms.p50)),
    score(quality),
    stars(satisfaction),
  )
}

function score({ count: calls, mos_mean: mean, mos_p10: worst }) {
  if (calls === 0) return make('td', { className: 'quiet', textContent: '–' })
  const meter = make('meter', {
    min: 1,
    max: 4.5,
    low: 3.1,
    high: 3.6,
    optimum: 4.4,
    value: mean,
    ariaLabel: `MOS ${mean}`,
  })
  return make(
    'td',
    { className: 'score' },
    meter,
    ` ${mean.toFixed(2)} `,
    make('small', { textContent: worst.toFixed(1) }),
  )
}

function stars({ count: ratings, mean, stars: byStars }) {
  if (ratings === 0) return make('td', { className: 'quiet', textContent: '–' })
  const spread = byStars.map((times, i) => `${times} gave ${i + 1}`).join(', ')
  const meter = make('meter', {
    min: 0,
    max: 5,
    low: 2.5,
    high: 3.5,
    optimum: 5,
    value: mean,
    ariaLabel: `${mean} of 5: ${spread}`,
  })
  return make(
    'td',
    { className: 'score', title: spread },
    meter,
    ` ${mean.toFixed(1)} `,
    make('small', { textContent: `(${count(ratings)} ${ratings === 1 ? 'rating' : 'ratings'})` }),
  )
}

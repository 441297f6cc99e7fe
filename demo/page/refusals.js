import { askToken, post, whyNot } from './api.js'
import { countdown } from './countdown.js'
import { showFigures } from './digits.js'
import { byId, make, onSubmit } from './dom.js'
import { exchange } from './exchange.js'

/** The 403 panel: the demo's server asks as a foreign site would. */
export function foreignPanel() {
  offerSites()
  onSubmit(byId('foreign'), async () => {
    const name = new FormData(byId('foreign')).get('site')
    if (name === null) return offerSites()
    const told = await post(`/demo/foreign/${name}`)
    if (told.status === 200) showForeign(told.json)
    else showNotAsked(whyNot(told))
    byId('foreign-result').hidden = false
  })
}

async function offerSites() {
  try {
    const sites = await (await fetch('/demo/foreign')).json()
    byId('sites').replaceChildren(...sites.map(siteChoice))
  } catch {
    const textContent = 'The sites that could ask did not come. Press the button to try again.'
    byId('sites').replaceChildren(make('p', { className: 'notice', textContent }))
  }
}

function showForeign({ origin, status, headers: told, body }) {
  const headers = new Map(Object.entries(told))
  const readable = headers.has('access-control-allow-origin')
  const note = readable ? '' : 'No Access-Control-… headers: a browser keeps this answer from the site.'
  const asked = `POST /v1/realtime/token\nOrigin: ${origin}`
  byId('foreign-result').replaceChildren(exchange({ asked, status, headers, json: body, note }))
  byId('foreign-status').textContent = `${origin} was answered ${status}: ${body.detail ?? ''}`
}

function showNotAsked(why) {
  const title = make('p', { className: 'error-title', textContent: why })
  byId('foreign-result').replaceChildren(make('div', { className: 'error' }, title))
  byId('foreign-status').textContent = why
}

function siteChoice({ name, origin, about }, i) {
  const input = make('input', { type: 'radio', name: 'site', value: name, checked: i === 0 })
  const words = make('span', {}, make('code', { textContent: origin }), make('small', { textContent: about }))
  return make('label', { className: 'choice' }, input, words)
}

/** More requests than this are not sent to see a 429. */
const MOST = 60

let stopClock = () => {}

/** The 429 panel: goes over the limit with real requests. */
export function overPanel() {
  onSubmit(byId('over'), async () => {
    byId('over-status').textContent = 'Going over the limit…'
    const { sent, end } = await goOver()
    byId('over-result').hidden = end?.status !== 429
    byId('over-clock').hidden = false
    if (!end) showNone(`after ${sent}: the limit here is too high to reach politely. ${HINT}`)
    else if (end.status === 429) showRefused(end, sent)
    else showNone(`came. ${whyNot(end)}`)
  })
}

const HINT = 'Start with RATE_LIMIT_PER_MINUTE=10.'

/** One request tells how many are left; then that many and one more. `end` is the 429, or what came in its place. */
async function goOver() {
  const first = await askToken({})
  if (first.status !== 200) return { sent: 1, end: first }
  const left = Number(/r=(\d+)/.exec(first.headers.get('ratelimit') ?? '')?.[1] ?? MOST)
  if (left >= MOST) return { sent: 1 }
  const outcomes = await Promise.all(Array.from({ length: left + 1 }, () => askToken({}, left + 1)))
  const end = outcomes.find(({ status }) => status === 429) ?? outcomes.find(({ status }) => status !== 200)
  return { sent: outcomes.length + 1, end }
}

function showRefused({ status, headers, json }, sent) {
  const wait = Number(headers.get('retry-after'))
  const asked = `POST /v1/realtime/token   (request ${sent} of this attempt)`
  byId('over-result').replaceChildren(exchange({ asked, status, headers, json }))
  byId('over-status').textContent = `Refused with 429. Ask again in ${wait} seconds.`
  stopClock()
  stopClock = countdown(wait, left => {
    showFigures(byId('over-seconds'), String(left), 3)
    byId('over-line').textContent = left > 0 ? 'seconds until the window is over' : 'The window is over: ask again.'
  })
}

function showNone(why) {
  stopClock()
  showFigures(byId('over-seconds'), '---', 3)
  const line = `No 429 ${why}`
  byId('over-line').textContent = line
  byId('over-status').textContent = line
}

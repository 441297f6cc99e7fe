import { askToken } from './api.js'
import { countdown } from './countdown.js'
import { showFigures } from './digits.js'
import { byId, make, onSubmit } from './dom.js'
import { exchange } from './exchange.js'

/** The 403 panel: the demo's server asks as a foreign site would. */
export async function foreignPanel() {
  const sites = await fetch('/demo/foreign').then(response => response.json())
  byId('sites').replaceChildren(...sites.map(siteChoice))
  onSubmit(byId('foreign'), async () => {
    const name = new FormData(byId('foreign')).get('site')
    const answer = await fetch(`/demo/foreign/${name}`, { method: 'POST' }).then(response => response.json())
    const headers = new Map(Object.entries(answer.headers))
    const readable = headers.has('access-control-allow-origin')
    const note = readable ? '' : 'No Access-Control-… headers: a browser keeps this answer from the site.'
    const asked = `POST /v1/realtime/token\nOrigin: ${answer.origin}`
    byId('foreign-result').replaceChildren(exchange({ ...answer, asked, headers, json: answer.body, note }))
    byId('foreign-result').hidden = false
    byId('foreign-status').textContent = `${answer.origin} was answered ${answer.status}: ${answer.body.detail ?? ''}`
  })
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
    const { sent, refused } = await goOver()
    byId('over-result').hidden = !refused
    byId('over-clock').hidden = false
    if (refused) showRefused(refused, sent)
    else showNone(sent)
  })
}

/** One request tells how many are left; then that many and one more. */
async function goOver() {
  const first = await askToken({})
  if (first.status === 429) return { sent: 1, refused: first }
  const left = Number(/r=(\d+)/.exec(first.headers.get('ratelimit') ?? '')?.[1] ?? MOST)
  if (left >= MOST) return { sent: 1, refused: undefined }
  const outcomes = await Promise.all(Array.from({ length: left + 1 }, () => askToken({})))
  return { sent: outcomes.length + 1, refused: outcomes.find(({ status }) => status === 429) }
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

function showNone(sent) {
  stopClock()
  showFigures(byId('over-seconds'), '---', 3)
  const line = `No 429 after ${sent}: the limit here is too high to reach politely. Start with RATE_LIMIT_PER_MINUTE=10.`
  byId('over-line').textContent = line
  byId('over-status').textContent = line
}

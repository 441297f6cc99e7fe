import { askToken, whyNot } from './api.js'
import { clockFace, countdown } from './countdown.js'
import { showFigures } from './digits.js'
import { byId, copyButton, make, makeSvg, ms, onSubmit, rows } from './dom.js'

const TAGS = {
  warm: ['Warm', 'The service had this secret ready, so OpenAI was not asked while you waited.'],
  cold: ['Cold', 'OpenAI was at work on this secret while you waited.'],
  ticket: ['Ticket', 'The service made this ticket itself: it places the call, so no secret of OpenAI’s is needed.'],
  refused: ['Refused', 'No secret was handed out; below is why.'],
  unanswered: ['No answer', 'So no secret came either.'],
}

let secret = ''
let stopClock = () => {}

/** The token panel: asks for what is picked and shows what comes back. */
export function tokenPanel(picked) {
  showFigures(byId('token-trip'), '---', 4)
  showFigures(byId('token-clock'), '-:--', 5)
  onSubmit(byId('lineup'), async () => {
    byId('token-status').textContent = 'Asking…'
    show(await askToken(picked()))
  })
  byId('reveal').addEventListener('click', () => showSecret(byId('reveal').getAttribute('aria-pressed') !== 'true'))
  copyButton(byId('copy'), () => secret)
}

function show(outcome) {
  const granted = outcome.status === 200
  const [tag, about] = TAGS[outcome.kind]
  stopClock()
  byId('token-board').dataset.state = outcome.kind
  byId('token-tag').textContent = outcome.kind === 'refused' ? `${outcome.status} ${tag}` : tag
  byId('token-tag-about').textContent = about
  showFigures(byId('token-trip'), String(Math.round(outcome.roundTripMs)), 4)
  showFigures(byId('token-clock'), '-:--', 5)
  showSplit(outcome)
  byId('token-details').hidden = !granted
  byId('token-error').hidden = granted
  if (granted) showGranted(outcome, tag)
  else showRefused(outcome)
  byId('token-board').scrollIntoView({ block: 'nearest' })
}

function showGranted({ json, headers, roundTripMs }, tag) {
  secret = json.client_secret
  showSecret(false)
  stopClock = countdown(json.expires_in, left => {
    showFigures(byId('token-clock'), clockFace(left), 5)
    if (left === 0) byId('token-tag').textContent = 'Expired'
  })
  byId('facts').replaceChildren(
    ...rows([
      ['model', json.model],
      ['voice', json.voice],
      ['session_id', json.session_id],
      ['web_rtc_url', json.web_rtc_url],
      ['websocket_url', json.websocket_url ?? 'none in this mode'],
      ['request id', headers.get('x-request-id')],
    ]),
  )
  const sunset = headers.get('sunset')
  byId('end-of-life').hidden = sunset === null
  if (sunset) byId('end-of-life').textContent = endOfLife(new Date(sunset), json.model)
  byId('script').replaceChildren(...script(json.instructions))
  byId('script').scrollTop = 0
  byId('token-status').textContent =
    `A token came in ${ms(roundTripMs)}, ${tag.toLowerCase()}, and expires in ${json.expires_in} seconds.`
}

function endOfLife(date, model) {
  const day = date.toISOString().slice(0, 10)
  return date > new Date()
    ? `The reply’s Sunset header says: this model ends on ${day}.`
    : `The model you picked ended on ${day}; ${model} answers in its place, as the reply’s headers say.`
}

function showRefused(outcome) {
  const error = outcome.json?.error
  const fields = error?.details?.fields ?? []
  byId('token-error').replaceChildren(
    make('p', { className: 'error-title', textContent: whyNot(outcome) }),
    make('ul', {}, ...fields.map(({ path, message }) => make('li', { textContent: `${path}: ${message}` }))),
    make('p', { className: 'hint', textContent: error ? `${error.type}, request ${error.request_id}` : '' }),
  )
  byId('token-status').textContent = `No token. ${whyNot(outcome)}`
}

function showSecret(revealed) {
  byId('reveal').setAttribute('aria-pressed', String(revealed))
  byId('reveal').textContent = revealed ? 'Hide' : 'Reveal'
  byId('secret').value = revealed ? secret : `${secret.slice(0, 7)}${'•'.repeat(16)}${secret.slice(-4)}`
}

/** Where the round trip's time went, as one bar of three parts. */
function showSplit({ roundTripMs, totalMs, openAiMs }) {
  byId('token-split').hidden = totalMs === null
  if (totalMs === null) return
  const parts = { openai: openAiMs, service: totalMs - openAiMs, way: Math.max(0, roundTripMs - totalMs) }
  let x = 0
  const bars = Object.entries(parts).map(([name, part]) => {
    const width = (part / roundTripMs) * 100
    const bar = makeSvg('rect', { x: `${x}%`, width: `${width}%`, height: '100%', class: `part-${name}` })
    x += width
    byId('token-split').querySelector(`[data-part=${name}] dd`).textContent = ms(part)
    return bar
  })
  byId('split-bar').replaceChildren(makeSvg('svg', { 'aria-hidden': 'true' }, ...bars))
}

/** The instructions, with their section titles as such. */
function script(text) {
  return text.split('\n').map(line => {
    const title = line.startsWith('# ')
    return make('p', { className: title ? 'script-title' : '', textContent: title ? line.slice(2) : line })
  })
}

import { byId, make, write } from './dom.js'
import { clock } from './figures.js'
import { asOperator, token } from './sign-in.js'

/** The page's own pace: nothing in the service goes by it. */
const EVERY_MS = 5000
const CALLS = '/v1/realtime/calls'

let watching = false

/**
 * Shows the calls that this service can hang up, those of unified mode, for as long as there is a token. Where there is no
 * such mode the panel stays away.
 */
export async function watchCalls() {
  if (watching) return
  watching = true
  while (token.get() !== null && (await look())) await new Promise(resolve => setTimeout(resolve, EVERY_MS))
  watching = false
}

/** Shows the calls of now. @returns whether there is such a list. */
async function look() {
  const { status, calls } = await read()
  if (status === 404) return false
  byId('calls').hidden = false
  if (calls) show(calls)
  else write(byId('calls-about'), 'The list of calls could not be read; trying again.')
  return true
}

/** Never throws: an answer may be cut off at any byte. */
async function read() {
  try {
    const response = await fetch(`${CALLS}?state=active&limit=100`, { headers: asOperator() })
    return { status: response.status, calls: response.ok ? (await response.json()).calls : undefined }
  } catch {
    return { status: 0, calls: undefined }
  }
}

function show(calls) {
  const words = calls.length === 0 ? 'Nobody is talking with Parker right now.' : `${calls.length} right now.`
  write(byId('calls-about'), words)
  byId('calls-table').hidden = calls.length === 0
  const body = byId('calls-table').querySelector('tbody')
  const known = new Map([...body.rows].map(row => [row.dataset.id, row]))
  const shown = new Set(calls.map(({ id }) => id))
  for (const [id, row] of known) if (!shown.has(id)) row.remove()
  // A row is not even moved while its call lasts: taken out and put back, its button would lose the focus.
  for (const [i, call] of calls.entries())
    update(known.get(call.id) ?? body.insertBefore(rowOf(call.id), body.rows[i] ?? null), call)
}

function rowOf(id) {
  const cell = (name, className = '') => make('td', { className, 'data-cell': name })
  const button = make('button', { type: 'button', className: 'stop' })
  offer(button, id)
  button.addEventListener('click', () => press(button, id))
  button.addEventListener('blur', () => calm(button, id))
  const row = make('tr', { 'data-id': id }, make('th', { scope: 'row', className: 'id', textContent: id }))
  row.append(
    cell('voice'),
    cell('time', 'number'),
    cell('usd', 'number'),
    make('td', { className: 'number act' }, button),
  )
  return row
}

function update(row, { voice, model, seconds, usd }) {
  const cells = {
    voice: [voice, model].filter(Boolean).join(' · '),
    time: clock(seconds),
    usd: usd === null || usd === undefined ? '–' : usd.toFixed(3),
  }
  for (const [name, text] of Object.entries(cells)) write(row.querySelector(`[data-cell=${name}]`), text)
  return row
}

/** The first press asks, the second does. */
async function press(button, id) {
  if (button.dataset.sure !== 'yes') {
    button.dataset.sure = 'yes'
    word(button, 'Really hang up?', `Really hang up? Call ${id}`)
    return
  }
  button.disabled = true
  word(button, 'Hanging up…', `Hanging up… Call ${id}`)
  const response = await fetch(`${CALLS}/${encodeURIComponent(id)}`, { method: 'DELETE', headers: asOperator() }).catch(
    () => undefined,
  )
  if (response?.ok || response?.status === 404) return
  button.disabled = false
  calm(button, id)
  write(byId('calls-about'), `Call ${id} could not be hung up.`)
}

function calm(button, id) {
  if (button.disabled) return
  delete button.dataset.sure
  offer(button, id)
}

function offer(button, id) {
  word(button, 'Hang up', `Hang up call ${id}`)
}

/** A screen reader hears the label only, so it says what the button says, and of which call. */
function word(button, text, label) {
  write(button, text)
  button.setAttribute('aria-label', label)
}

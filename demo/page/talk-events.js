import { byId, make } from './dom.js'

/** Older ones go. */
const MOST = 200
let start = 0

export function clearEvents() {
  start = performance.now()
  byId('events').replaceChildren()
}

/** Adds an event of the server with its time since the click; the whole of it opens on demand. */
export function logEvent(event) {
  const list = byId('events')
  const atEnd = list.scrollTop + list.clientHeight > list.scrollHeight - 8
  const seconds = ((performance.now() - start) / 1000).toFixed(2)
  const summary = make('summary', {}, make('b', { textContent: seconds }), ` ${event.type}`)
  const details = make('details', {}, summary)
  details.addEventListener('toggle', () => fill(details, event), { once: true })
  list.append(make('li', {}, details))
  if (list.children.length > MOST) list.firstChild.remove()
  if (atEnd) list.scrollTop = list.scrollHeight
}

function fill(details, event) {
  details.append(make('pre', { textContent: JSON.stringify(event, null, 2) }))
}

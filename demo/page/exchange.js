import { make } from './dom.js'

/** Headers worth seeing in a refusal, in this order. */
const TOLD = ['ratelimit-policy', 'ratelimit', 'retry-after', 'access-control-allow-origin', 'x-request-id']

/** A request and its answer, as they went over the wire. `headers` maps lower-case names to values. */
export function exchange({ asked, status, headers, json, note }) {
  const told = TOLD.filter(name => headers.has(name)).map(name => line(name, headers.get(name)))
  return make(
    'section',
    { className: 'wire', ariaLabel: `Request and answer, status ${status}` },
    make('p', { className: 'wire-asked', textContent: asked }),
    make('p', { className: 'wire-status', textContent: `HTTP/1.1 ${status}` }),
    ...told,
    ...(note ? [make('p', { className: 'wire-note', textContent: note })] : []),
    make('pre', { textContent: JSON.stringify(json, null, 2) }),
  )
}

function line(name, value) {
  const shown = name
    .replace(/(^|-)[a-z]/g, letter => letter.toUpperCase())
    .replace('Ratelimit', 'RateLimit')
    .replace('-Id', '-ID')
  return make('p', {}, make('b', { textContent: `${shown}: ` }), value)
}

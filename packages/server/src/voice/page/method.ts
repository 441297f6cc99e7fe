import { inWords } from '../lab/judge.ts'
import { type CheckName, LIMITS } from '../lab/limits.ts'
import { withMinus } from './figures.ts'
import { html, type Markup } from './markup.ts'

/** How each figure is measured, its limits and their reasons. */
export function method(): Markup {
  return html`
<div class="scroll"><table class="method">
  <caption class="hidden">Methods and limits</caption>
  <thead><tr><th scope="col">Check</th><th scope="col">How it is measured</th><th scope="col">Pass</th><th scope="col">Warn</th><th scope="col">Why these limits</th></tr></thead>
  <tbody>${(Object.keys(LIMITS) as CheckName[]).map(name => {
    const limit = LIMITS[name]
    return html`<tr><th scope="row">${limit.title}<br><span class="unit">${limit.unit}</span></th><td>${withMinus(limit.method)}</td><td class="range">${withMinus(inWords(limit.pass))}</td><td class="range">${withMinus(inWords(limit.warn))}</td><td>${withMinus(limit.because)}</td></tr>`
  })}</tbody>
</table></div>`
}

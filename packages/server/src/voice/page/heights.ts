import { hzOf, melOf } from '../lab/mel-scale.ts'
import { html, type Markup } from './markup.ts'

/** Above this speech has next to nothing. */
const HIGHEST_HZ = 8000
const LABELLED_HZ = [500, 1000, 2000, 4000]

/** How high up a frequency stands, 0 to 1: even in mel, as the ear has it. */
function heightOf(hz: number): number {
  return melOf(hz) / melOf(HIGHEST_HZ)
}

/** The other way round. */
export function hzAt(height: number): number {
  return hzOf(height * melOf(HIGHEST_HZ))
}

/** The scale beside a spectrogram. */
export function heightLabels(): Markup[] {
  return LABELLED_HZ.map(
    hz => html`<span class="hz h${hz}" aria-hidden="true">${hz < 1000 ? hz : `${hz / 1000}k`}</span>`,
  )
}

/** Where its labels stand, since the page allows no inline styles. */
export function heightStyles(): string {
  return LABELLED_HZ.map(hz => `.h${hz}{bottom:${(100 * heightOf(hz)).toFixed(1)}%}`).join('')
}

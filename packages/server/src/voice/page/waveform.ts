import type { Clip } from '../lab/clipping.ts'
import type { Span } from '../lab/pauses.ts'
import { durationOf, type Sound } from '../lab/sound.ts'
import { html, type Markup } from './markup.ts'

const WIDTH = 720
const HEIGHT = 96

/** What is drawn over the wave. */
interface Marks {
  pauses: readonly Span[]
  clipping: readonly Clip[]
}

/** An SVG of the wave with its pauses shaded and its cut tops marked. Colours come from the page. */
export function waveform(sound: Sound, { pauses, clipping }: Marks): Markup {
  const x = (seconds: number) => Math.round((seconds / (durationOf(sound) || 1)) * WIDTH)
  const bands = pauses.map(
    ({ from, to }) =>
      html`<rect class="pause" x="${x(from)}" y="0" width="${Math.max(1, x(to - from))}" height="${HEIGHT}"/>`,
  )
  const columns = [...new Set(clipping.map(({ at }) => x(at)))]
  const cuts =
    columns.length === 0 ? null : html`<path class="cut" d="${columns.map(at => `M${at} 0v${HEIGHT}`).join('')}"/>`
  return html`<svg class="wave" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">${bands}${cuts}<path class="sound" d="${path(sound)}"/></svg>`
}

/** A stroke a column, from its lowest sample to its highest. */
function path({ samples }: Sound): string {
  const y = (sample: number) => ((1 - sample) * HEIGHT * 0.5).toFixed(1)
  return Array.from({ length: WIDTH }, (_, column) => {
    const [low, high] = extremes(samples, column / WIDTH, (column + 1) / WIDTH)
    return `M${column} ${y(high)}V${y(low - 0.005)}`
  }).join('')
}

function extremes(samples: Float32Array, from: number, to: number): [number, number] {
  const part = samples.subarray(Math.floor(from * samples.length), Math.ceil(to * samples.length))
  return [part.reduce((a, b) => Math.min(a, b), 0), part.reduce((a, b) => Math.max(a, b), 0)]
}

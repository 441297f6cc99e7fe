import { make, makeSvg } from './dom.ts'

/** The seven bars of a figure, clockwise from the top, the middle one last; a figure is 20 by 36. */
const BARS: Record<string, string> = {
  a: '3,1 17,1 13.2,5 6.8,5',
  b: '18,2 18,17 16.5,17.6 14,15.6 14,6',
  c: '18,34 18,19 16.5,18.4 14,20.4 14,30',
  d: '3,35 17,35 13.2,31 6.8,31',
  e: '2,34 2,19 3.5,18.4 6,20.4 6,30',
  f: '2,2 2,17 3.5,17.6 6,15.6 6,6',
  g: '4,18 6.5,16 13.5,16 16,18 13.5,20 6.5,20',
}

/** Which bars light up. */
const LIT: Record<string, string> = {
  0: 'abcdef',
  1: 'bc',
  2: 'abdeg',
  3: 'abcdg',
  4: 'bcfg',
  5: 'acdfg',
  6: 'acdefg',
  7: 'abc',
  8: 'abcdefg',
  9: 'abcdfg',
}

const FIGURE_WIDTH = 25
const COLON_WIDTH = 11
const HEIGHT = 36
/** How far the slant pushes the top to the right. */
const SLANT = 5

/** Shows digits and colons as on a scoreboard, padded on the left with dark figures; screen readers get the text. */
export function showFigures(element: HTMLElement, text: string, width = text.length): void {
  const padded = text.padStart(width)
  if (element.dataset.shown === padded) return
  element.dataset.shown = padded
  element.replaceChildren(drawing(padded), make('span', { className: 'hidden', textContent: text }))
}

function drawing(text: string): SVGElement {
  let x = 0
  const glyphs = [...text].map(character => {
    const glyph = character === ':' ? colon() : figure(LIT[character] ?? '')
    glyph.setAttribute('transform', `translate(${x + SLANT} 0) skewX(-8)`)
    x += character === ':' ? COLON_WIDTH : FIGURE_WIDTH
    return glyph
  })
  return makeSvg('svg', { viewBox: `0 0 ${x + 2} ${HEIGHT}`, 'aria-hidden': 'true', class: 'figures' }, ...glyphs)
}

function figure(lit: string): SVGElement {
  const bars = Object.entries(BARS).map(([name, points]) =>
    makeSvg('polygon', { points, class: lit.includes(name) ? 'on' : 'off' }),
  )
  return makeSvg('g', {}, ...bars)
}

function colon(): SVGElement {
  return makeSvg('g', {}, ...[10, 22].map(y => makeSvg('rect', { x: 2, y, width: 4, height: 4, class: 'on' })))
}

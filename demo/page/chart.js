import { makeSvg, ms } from './dom.js'

const HEIGHT = 240
const LEFT = 60
const TOP = 26
const BASE = HEIGHT - 24
/** Below this a bar could not be seen. */
const MIN_BAR = 5
/** Narrower slots have no room for a word over the bar. */
const WORD_SLOT = 34

/** Draws one bar for each outcome, of `slots` in all; those still to come stay empty. */
export function drawChart(frame, outcomes, slots) {
  const width = frame.clientWidth
  if (width <= LEFT) return
  const slot = (width - LEFT) / slots
  const top = niceTop(Math.max(100, ...outcomes.filter(Boolean).map(outcome => outcome.roundTripMs)))
  const y = value => BASE - (value / top) * (BASE - TOP)
  const bars = Array.from({ length: slots }, (_, i) => {
    const x = LEFT + i * slot
    const number = text(x + slot / 2, BASE + 16, slot < 20 && i % 5 !== 4 ? '' : i + 1, 'tick middle')
    const outcome = outcomes[i]
    return makeSvg('g', {}, ...(outcome ? bar(outcome, x + slot * 0.14, slot * 0.72, y, slot) : []), number)
  })
  frame.replaceChildren(makeSvg('svg', { viewBox: `0 0 ${width} ${HEIGHT}` }, hatch(), ...grid(top, width, y), ...bars))
}

/** Cold: OpenAI's part and the rest. All else: one piece. */
function bar(outcome, x, width, y, slot) {
  const { roundTripMs, openAiMs, kind, status } = outcome
  const top = Math.min(y(roundTripMs), BASE - MIN_BAR)
  const look = kind === 'cold' ? 'wait' : kind
  const pieces = [makeSvg('rect', { x, y: top, width, height: BASE - top, class: `bar ${look}` })]
  if (kind === 'cold')
    pieces.push(makeSvg('rect', { x, y: y(openAiMs), width, height: BASE - y(openAiMs), class: 'bar cold' }))
  const word = status === 200 ? Math.round(roundTripMs) : status || '–'
  if (slot >= WORD_SLOT || (status !== 200 && slot >= 24))
    pieces.push(text(x + width / 2, top - 6, word, `word middle ${look}`))
  const title = makeSvg('title', {}, `${status === 200 ? kind : status || 'no answer'}, ${ms(roundTripMs)}`)
  return [title, ...pieces]
}

function grid(top, width, y) {
  return [0, 0.5, 1].flatMap(part => [
    makeSvg('line', { x1: LEFT, x2: width, y1: y(top * part), y2: y(top * part), class: part ? 'line' : 'line base' }),
    text(LEFT - 8, y(top * part) + 4, part === 1 ? `${top} ms` : top * part, 'tick end'),
  ])
}

/** The next round number above, so that half of it is round too. */
function niceTop(value) {
  const unit = 10 ** Math.floor(Math.log10(value))
  return [1, 2, 3, 4, 6, 8, 10].map(times => times * unit).find(candidate => candidate >= value)
}

function hatch() {
  const line = makeSvg('path', { d: 'M0 6 6 0', class: 'hatch-line' })
  return makeSvg(
    'defs',
    {},
    makeSvg('pattern', { id: 'hatch', width: 6, height: 6, patternUnits: 'userSpaceOnUse' }, line),
  )
}

function text(x, y, content, className) {
  return makeSvg('text', { x, y, class: className }, String(content))
}

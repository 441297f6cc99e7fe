import { byId, makeSvg } from './dom.js'

const SEGMENTS = 28
/** What the meters span, in decibels of full scale. */
const [QUIET, LOUD] = [-56, -8]
/** From here on segments are red. */
const HOT = 24
/** How far a ring grows at most, in the drawing's units. */
const RING = [72, 98]

/** Shows loudness, 0 to 1, of both ends. */
export function showLevels({ microphone, parker }) {
  showLevel('you', share(microphone))
  showLevel('parker', share(parker))
}

function share(level) {
  const decibels = 20 * Math.log10(Math.max(level, 1e-6))
  return Math.min(1, Math.max(0, (decibels - QUIET) / (LOUD - QUIET)))
}

function showLevel(who, value) {
  const box = byId(`meter-${who}`)
  if (!box.querySelector('svg')) box.append(segments())
  const lit = Math.round(value * SEGMENTS)
  box.querySelectorAll('rect').forEach((segment, i) => {
    segment.classList.toggle('lit', i < lit)
  })
  box.querySelector('meter').value = Math.round(value * 100)
  byId(`ring-${who}`).setAttribute('r', String(RING[0] + value * (RING[1] - RING[0])))
}

function segments() {
  const bars = Array.from({ length: SEGMENTS }, (_, i) =>
    makeSvg('rect', { x: i * 10, width: 7, height: 12, class: i < HOT ? 'segment' : 'segment hot' }),
  )
  return makeSvg(
    'svg',
    { viewBox: `0 0 ${SEGMENTS * 10} 12`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    ...bars,
  )
}

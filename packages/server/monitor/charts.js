import { byId, colour, make, write } from './dom.js'
import { count, ms, percent } from './figures.js'
import UPlot from './uplot.js'

const HEIGHT = 210
const MOST_GROUPS = 120

/** A line or a layer: its colour's name, what it is called, and its value in a group of points. */
const layer = (name, label, of, dash) => ({ name, label, of, dash })

/** In ephemeral mode there are secrets, of the pool or not; in unified mode tickets. */
const ofPool = one => ({ ...one, className: 'of-pool' })
const ofTickets = one => ({ ...one, className: 'of-tickets' })

const CHARTS = [
  {
    title: 'Tokens a minute, by outcome',
    stacked: true,
    tell: count,
    layers: [
      ofPool(layer('warm', 'warm', group => group.warm)),
      ofPool(layer('cold', 'cold', group => group.cold)),
      ofTickets(layer('warm', 'tickets', group => group.ticket)),
      layer('limited', 'over a limit', group => group.limited),
      layer('refused', 'refused', group => group.refused),
      layer('failed', 'failed', group => group.failed),
    ],
  },
  {
    title: 'Warm share',
    ofPool: true,
    tell: value => (value === null ? '–' : percent(value)),
    range: [0, 1],
    layers: [layer('warm', 'served from ready secrets', group => group.share)],
  },
  {
    title: 'Mint time at OpenAI, ms',
    ofPool: true,
    tell: ms,
    layers: [layer('cold', 'p50', group => group.mint.p50), layer('cold', 'p95', group => group.mint.p95, [4, 4])],
  },
  {
    title: 'Own time, ms',
    tell: ms,
    layers: [layer('own', 'p50', group => group.own.p50), layer('own', 'p95', group => group.own.p95, [4, 4])],
  },
]

/** Draws all charts; returns how to draw them anew from a history. */
export function charts() {
  const frames = CHARTS.map(chart => frame(chart))
  byId('charts').append(...frames.map(({ element }) => element))
  const redraw = () => {
    for (const one of frames) one.redraw()
  }
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw)
  const size = new ResizeObserver(() => {
    for (const one of frames) one.fit()
  })
  for (const { place } of frames) size.observe(place)
  return (history, seconds) => {
    const groups = history.grouped(seconds, MOST_GROUPS)
    for (const one of frames) one.show(groups, seconds)
  }
}

function frame(chart) {
  const place = make('div', { className: 'plot', tabIndex: 0, role: 'img' })
  const words = make('p', { className: 'reading' })
  const className = chart.ofPool ? 'panel chart of-pool' : 'panel chart'
  const element = make('section', { className }, make('h2', { textContent: chart.title }), place, words)
  let groups = []
  let range = 900
  let plot

  function draw() {
    plot?.destroy()
    plot = undefined
    if (place.clientWidth === 0) return
    plot = new UPlot(
      options(
        chart,
        place.clientWidth,
        () => groups,
        () => range,
        read,
      ),
      columns(chart, groups),
      place,
    )
  }

  /** Says in words what stands at the cursor, or at the newest end. */
  function read(index) {
    const at = index ?? groups.length - 1
    const group = groups[at]
    const told = group
      ? chart.layers
          .filter(isShown)
          .map(({ label, of }) => `${label} ${chart.tell(of(group))}`)
          .join(' · ')
      : 'nothing yet'
    const when =
      index === null || index === undefined || !group
        ? 'now'
        : new Date(group.time * 1000).toLocaleTimeString([], { hour12: false })
    write(words, `${when}: ${told}`)
    place.setAttribute('aria-label', `${chart.title}. ${when}: ${told}. Left and right arrow keys go through time.`)
  }

  place.addEventListener('keydown', event => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (!step || !plot || groups.length === 0) return
    event.preventDefault()
    const at = Math.min(groups.length - 1, Math.max(0, (plot.cursor.idx ?? groups.length) + step))
    plot.setCursor({ left: plot.valToPos(groups[at].time, 'x'), top: 10 })
  })
  place.addEventListener('blur', () => plot?.setCursor({ left: -10, top: -10 }))

  return {
    element,
    place,
    redraw: draw,
    fit() {
      if (plot && place.clientWidth > 0) plot.setSize({ width: place.clientWidth, height: HEIGHT })
      else draw()
    },
    show(next, seconds) {
      groups = next
      range = seconds
      if (plot) plot.setData(columns(chart, groups))
      else draw()
      read(plot?.cursor.idx)
    },
  }
}

/** Whether it is of the mode that the service is in, by the same class as in the style sheet. */
function isShown({ className }) {
  return className !== (document.body.classList.contains('unified') ? 'of-pool' : 'of-tickets')
}

/** Columns for uPlot: times, then each layer; stacked layers are drawn from the sum of all down, one over the other. */
function columns({ layers, stacked }, groups) {
  const times = groups.map(({ time }) => time)
  if (!stacked) return [times, ...layers.map(({ of }) => groups.map(of))]
  const sums = layers.map((_, upTo) =>
    groups.map(group => layers.slice(0, upTo + 1).reduce((sum, { of }) => sum + of(group), 0)),
  )
  return [times, ...sums.reverse()]
}

function options(chart, width, groupsNow, rangeNow, read) {
  const lines = chart.stacked ? [...chart.layers].reverse() : chart.layers
  const grid = { stroke: colour('line'), width: 1 }
  const axis = { stroke: colour('soft'), grid, ticks: { ...grid, size: 4 }, font: '12px system-ui, sans-serif' }
  const newest = () => groupsNow().at(-1)?.time ?? Date.now() / 1000
  return {
    width,
    height: HEIGHT,
    padding: [8, 26, 0, 0],
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, y: false, points: { show: !chart.stacked } },
    scales: {
      x: { range: () => [newest() - rangeNow(), newest()] },
      y: { range: (_plot, _least, most) => chart.range ?? [0, Math.max(1, most ?? 0) * 1.1] },
    },
    axes: [
      { ...axis, size: 30, space: 70, values: (_plot, splits) => splits.map(timeLabel(splits)) },
      {
        ...axis,
        size: 48,
        values: (_plot, splits) => splits.map(value => (chart.range ? percent(value) : count(value))),
      },
    ],
    series: [
      {},
      ...lines.map(({ name, label, dash }) => ({
        label,
        stroke: colour(name),
        width: chart.stacked ? 1 : 2,
        ...(dash ? { dash } : {}),
        ...(chart.stacked ? { fill: colour(name), points: { show: false } } : { points: { size: 4 } }),
        spanGaps: !chart.stacked,
      })),
    ],
    hooks: { setCursor: [plot => read(plot.cursor.idx)] },
  }
}

/** Ticks less than a minute apart need their seconds. */
function timeLabel([first, second]) {
  const fine = second - first < 60 ? { second: '2-digit' } : {}
  const format = { hour: '2-digit', minute: '2-digit', hour12: false, ...fine }
  return seconds => new Date(seconds * 1000).toLocaleTimeString([], format)
}

/** The legend, for those who see colours: a swatch for each layer. */
export function legends() {
  const panels = document.querySelectorAll('#charts .chart')
  CHARTS.forEach(({ layers }, index) => {
    const items = layers.map(({ name, label, dash, className = '' }) =>
      make('li', { className }, make('span', { className: `swatch ${name}${dash ? ' dashed' : ''}` }), label),
    )
    panels[index].querySelector('h2').after(make('ul', { className: 'legend' }, ...items))
  })
}

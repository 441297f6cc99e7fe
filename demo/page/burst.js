import { askToken } from './api.js'
import { drawChart } from './chart.js'
import { byId, make, ms, onSubmit, rows } from './dom.js'

/** The burst panel: many requests, their times drawn as they come. */
export function burstPanel(picked) {
  const count = byId('count')
  let outcomes = []
  const redraw = () => drawChart(byId('chart'), outcomes, outcomes.length)
  const settle = (i, outcome) => {
    outcomes[i] = outcome
    redraw()
    showTally(outcomes)
  }

  count.addEventListener('input', () => {
    byId('count-shown').value = count.value
  })
  new ResizeObserver(() => outcomes.length > 0 && redraw()).observe(byId('chart'))
  onSubmit(byId('burst'), async () => {
    outcomes = Array(Number(count.value)).fill(null)
    byId('burst-result').hidden = false
    byId('burst-status').textContent = `Asking ${outcomes.length} times…`
    showTally(outcomes)
    redraw()
    byId('chart').scrollIntoView({ block: 'nearest' })
    const order = new FormData(byId('burst')).get('order')
    byId('burst-hint').hidden = order !== 'together'
    await ORDERS[order](outcomes.length, async (i, abreast) => settle(i, await askToken(picked(), abreast)))
    showTable(outcomes)
    byId('burst-status').textContent = summary(outcomes)
  })
}

/** Each request is told its number, and how many go out with it. */
const ORDERS = {
  together: (n, ask) => Promise.all(Array.from({ length: n }, (_, i) => ask(i, n))),
  async sequence(n, ask) {
    for (let i = 0; i < n; i++) await ask(i, 1)
  },
}

function figures(outcomes) {
  const came = outcomes.filter(Boolean)
  const granted = came.filter(({ status }) => status === 200)
  const times = granted.map(({ roundTripMs }) => roundTripMs).sort((a, b) => a - b)
  const counts = KINDS.map(kind => [kind, came.filter(one => one.kind === kind).length])
  return { times, ...Object.fromEntries(counts) }
}

const KINDS = ['warm', 'cold', 'ticket', 'refused', 'unanswered']

function showTally(outcomes) {
  const { times, warm, cold, ticket, refused, unanswered } = figures(outcomes)
  const time = value => (value === undefined ? '–' : ms(value))
  byId('burst-silent').hidden = unanswered === 0
  byId('tally').replaceChildren(
    ...rows([
      ['Fastest', time(times[0])],
      ['Median', time(median(times))],
      ['Slowest', time(times.at(-1))],
      ...(ticket > 0
        ? [['Tickets', ticket]]
        : [
            ['Warm', warm],
            ['Cold', cold],
          ]),
      ['Refused', refused],
      ...(unanswered > 0 ? [['No answer', unanswered]] : []),
    ]),
  )
}

function median(sorted) {
  const middle = (sorted.length - 1) / 2
  return sorted.length === 0 ? undefined : (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2
}

function summary(outcomes) {
  const { times, warm, cold, ticket, refused, unanswered } = figures(outcomes)
  const granted = ticket > 0 ? `${ticket} tickets` : `${warm} warm, ${cold} cold`
  const silent = unanswered > 0 ? `, ${unanswered} without an answer` : ''
  const counts = `${outcomes.length} requests: ${granted}, ${refused} refused${silent}.`
  if (times.length === 0) return counts
  return `${counts} Fastest ${ms(times[0])}, median ${ms(median(times))}, slowest ${ms(times.at(-1))}.`
}

function showTable(outcomes) {
  byId('burst-rows').replaceChildren(
    ...outcomes.map(({ status, kind, roundTripMs, totalMs, openAiMs, json }, i) => {
      const answer = status === 200 ? `200 ${kind}` : status ? `${status} ${json?.error?.type ?? ''}` : 'none'
      const own = totalMs === null ? '–' : ms(totalMs - openAiMs)
      const cells = [i + 1, answer, ms(roundTripMs), own, openAiMs === null ? '–' : ms(openAiMs)]
      return make('tr', {}, ...cells.map(textContent => make('td', { textContent })))
    }),
  )
}

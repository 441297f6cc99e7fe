import { watchCalls } from './calls.js'
import { charts, legends } from './charts.js'
import { byId, onPick, write } from './dom.js'
import { count, ms, percent } from './figures.js'
import { pointHistory } from './history.js'
import { commentItem, errorRow, newestFirst, noComments, noErrors } from './lists.js'
import { onSignIn } from './sign-in.js'
import { showLimits, showStrips } from './standing.js'
import { watch } from './stream.js'
import { showVoices } from './voices.js'

const history = pointHistory()
const drawCharts = charts()
legends()
const errors = newestFirst(byId('errors').querySelector('tbody'), noErrors, errorRow)
const comments = newestFirst(byId('comments'), noComments, commentItem)
let seconds = 900
let dimension = 'by_voice'
let voices

onPick('range', value => {
  seconds = Number(value)
  showPoints()
})
onPick('dimension', value => {
  dimension = value
  if (voices) showVoices(voices, dimension)
})
onSignIn(() => {
  watch(({ name, data }) => HEARD[name]?.(data))
})

/** What each event changes. */
const HEARD = {
  about({ version, calls }) {
    write(byId('version'), `· version ${version}`)
    // Tickets come from nowhere but here: nothing is minted for them, and none is warmer than another.
    document.body.classList.toggle('unified', calls)
    if (calls) watchCalls()
  },
  history(data) {
    history.replace(data)
    errors.replace(data.errors)
    comments.replace(data.comments)
    showPoints()
  },
  now(data) {
    history.add(data.point)
    errors.add(data.errors)
    comments.add(data.comments)
    showPoints()
  },
  voices(data) {
    voices = data
    showVoices(voices, dimension)
    write(byId('instances'), data.instances === 1 ? 'one instance' : `one of ${data.instances} instances`)
  },
}

function showPoints() {
  const shown = history.last(seconds)
  const span = history.span(seconds)
  drawCharts(history, span)
  showStrips(shown, span)
  showLimits(shown)
  showTiles()
}

/** The last minute, in figures. */
function showTiles() {
  const minute = history.lastMinute()
  if (!minute) return
  const { warm, cold, ticket, limited, refused, failed, share, mint, own, pool } = minute
  const { breaker, openai_connected: connected, openai_in_flight: inFlight } = history.last(60).at(-1)
  const about = ticket > 0 ? 'tickets' : `${count(Math.round(warm))} warm, ${count(Math.round(cold))} cold`
  tile('tokens', count(Math.round(warm + cold + ticket)), about)
  tile('warm', share === null ? '–' : percent(share), `${pool} secrets ready`)
  tile('mint', ms(mint.p50), `ms; p95 ${ms(mint.p95)}`)
  tile('own', ms(own.p50), `ms; p95 ${ms(own.p95)}`)
  const bad = limited + refused + failed
  tile('bad', count(Math.round(bad)), `a minute; ${count(Math.round(failed))} by our or OpenAI’s fault`, failed > 0)
  const words = breaker === 'trial' ? 'on trial' : connected && breaker === 'closed' ? 'up' : 'down'
  tile('openai', words, `breaker ${breaker}; ${inFlight} under way`, !connected || breaker !== 'closed')
}

function tile(name, figure, about, alarm = false) {
  const element = document.querySelector(`[data-tile=${name}]`)
  write(element, figure)
  element.parentElement.classList.toggle('alarm', alarm)
  write(document.querySelector(`[data-about=${name}]`), about)
}

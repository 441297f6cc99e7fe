import { watchBudget } from './api.js'
import { countdown } from './countdown.js'
import { showFigures } from './digits.js'
import { byId } from './dom.js'

const EVERY_MS = 3000
/** Both answers come from memory: a service that is silent for longer has gone. */
const PATIENCE_MS = 5000
const FIGURES = 4

/** The scoreboard on top: what the service says of itself, asked every few seconds while the page is looked at. */
export function livePanel() {
  for (const element of stats()) showFigures(element, '-', FIGURES)
  const look = async () => {
    if (!document.hidden) await refresh()
    setTimeout(look, EVERY_MS)
  }
  look()
  document.addEventListener('visibilitychange', () => document.hidden || refresh())
}

const stats = () => document.querySelectorAll('[data-stat]')

async function refresh() {
  try {
    const [root, health] = await Promise.all([read('/'), read('/healthz')])
    show(root.cache_stats)
    connection(health.openai_status)
    byId('live-note').textContent =
      `Version ${health.version}, ${health.status}. Read again every ${EVERY_MS / 1000} s.`
  } catch {
    connection('unknown')
    byId('live-note').textContent = 'The service does not answer. Is npm run demo still running?'
  }
}

async function read(path) {
  const response = await fetch(path, {
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(PATIENCE_MS),
  })
  return response.json()
}

function show(cacheStats) {
  const shown = { ...cacheStats, hit_rate: Math.round(cacheStats.hit_rate * 100) }
  for (const element of stats()) showFigures(element, String(shown[element.dataset.stat]), FIGURES)
}

function connection(state) {
  byId('live-openai').dataset.state = state
  byId('live-openai').textContent = state
}

let stopClock = () => {}

/** Keeps saying how many requests the minute has left. */
export function budgetLines() {
  tell('')
  watchBudget(({ quota, left, resetsAt }) => {
    stopClock()
    stopClock = countdown((resetsAt - performance.now()) / 1000, seconds => {
      if (seconds === 0) tell(`${quota} of ${quota} requests left in a minute.`)
      else tell(`${left} of ${quota} requests left; the minute ends in ${seconds}\u00a0s.`)
    })
  })
}

function tell(text) {
  for (const element of document.querySelectorAll('[data-budget]')) element.textContent = text
}

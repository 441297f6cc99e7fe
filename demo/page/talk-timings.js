import { showFigures } from './digits.js'
import { byId } from './dom.js'

const FIGURES = 4

export function clearTimings() {
  showTimings({ turn_gaps_ms: [] })
}

/** Shows a call's timings, those that there are. */
export function showTimings({
  token_ms,
  microphone_ms,
  click_to_connected_ms,
  connected_to_first_audio_ms,
  turn_gaps_ms,
}) {
  show('token', token_ms)
  show('microphone', microphone_ms)
  show('connected', click_to_connected_ms)
  show('audio', connected_to_first_audio_ms && click_to_connected_ms + connected_to_first_audio_ms)
  show('gap', turn_gaps_ms.at(-1))
}

function show(name, value) {
  showFigures(byId(`time-${name}`), value === undefined ? '---' : String(Math.round(value)), FIGURES)
}

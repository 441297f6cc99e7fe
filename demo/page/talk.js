import { createParker } from '/demo/client.js'
import { byId, onSubmit } from './dom.js'
import { clearEvents, logEvent } from './talk-events.js'
import { showLevels } from './talk-meters.js'
import { clearTimings, showTimings } from './talk-timings.js'
import { clearTranscript, endTranscript, showLine } from './talk-transcript.js'
import { clearVerdict, showVerdict, verdictForm } from './talk-verdict.js'

/** What each state is called on the stage, what it means, and what the big button then does. */
const STAGE = {
  idle: ['Off the air', 'Press the button. Your browser will ask for the microphone.', 'Talk to Parker'],
  preparing: ['Getting ready', 'A token and your microphone, both at once.', 'Hang up'],
  ready: ['Ready', 'Token and microphone are there.', 'Hang up'],
  connecting: ['Connecting', 'Your browser and Parker look for a way to each other.', 'Hang up'],
  listening: ['Parker listens', 'Go ahead. You may also cut in while Parker speaks.', 'Hang up'],
  thinking: ['Parker thinks', 'Your turn was heard.', 'Hang up'],
  speaking: ['Parker speaks', 'Cut in by voice, or press Interrupt.', 'Hang up'],
  ended: ['Off the air', 'The call is over. Every call gets a token of its own.', 'Talk again'],
  failed: ['No call', '', 'Try again'],
}
/** A call that failed after there was talk. */
const CUT_OFF = ['Cut off', '', 'Talk again']
const LIVE = ['listening', 'thinking', 'speaking']
const OVER = ['idle', 'ended', 'failed']

/** The conversation: everything here goes through the client's public entry. */
export function talkPanel(picked) {
  const parker = createParker({ service: location.origin })
  let call
  clearTimings()
  showLevels({ microphone: 0, parker: 0 })
  byId('talk').addEventListener('click', () => {
    if (call && !OVER.includes(call.state.name)) return call.hangUp()
    call = start(parker, picked())
  })
  byId('mute').addEventListener('click', () => {
    call.mute(!call.muted)
    showMuted(call.muted)
  })
  byId('interrupt').addEventListener('click', () => call.interrupt())
  onSubmit(byId('say'), () => {
    const words = byId('words').value.trim()
    if (words) call.say(words)
    byId('words').value = ''
  })
  verdictForm()
}

function start(parker, request) {
  const call = parker.call({ ...request, greet: byId('greet').checked })
  clearEvents()
  clearTranscript()
  clearTimings()
  byId('talk-error').hidden = true
  clearVerdict()
  showMuted(false)
  call.on('state', state => showState(call, state))
  call.on('error', error => showError(error, call.state.name === 'failed'))
  call.on('level', levels => {
    showLevels(levels)
    showTimings(call.timings)
  })
  call.on('transcript', showLine)
  call.on('event', logEvent)
  call.connect().catch(() => {}) // Told by the error event as well.
  return call
}

function showState(call, { name, error }) {
  const cutOff = name === 'failed' && call.timings.click_to_connected_ms !== undefined
  const [title, about, button] = cutOff ? CUT_OFF : STAGE[name]
  byId('stage').dataset.state = name
  byId('on-air').textContent = title
  byId('on-air-about').textContent = error?.message ?? about
  byId('talk-label').textContent = button
  byId('talk-status').textContent = error ? `${title}. ${error.message}` : title
  const live = LIVE.includes(name)
  for (const control of [byId('mute'), byId('words'), byId('say').querySelector('button')]) control.disabled = !live
  byId('interrupt').disabled = name !== 'speaking' && name !== 'thinking'
  byId('greet').disabled = !OVER.includes(name)
  showTimings(call.timings)
  if (!live) showLevels({ microphone: 0, parker: 0 })
  if (name !== 'ended' && name !== 'failed') return
  endTranscript()
  showVerdict(call)
}

/** The stage says why there is no call; what else went wrong is said here. */
function showError({ message, code, detail, requestId, retryAfter }, onStage) {
  const more = [code, detail, requestId && `request ${requestId}`, retryAfter && `wait ${retryAfter} s`]
  const words = onStage ? ['Details: '] : [message, document.createElement('br')]
  byId('talk-error').replaceChildren(...words, hint(more.filter(Boolean).join(' · ')))
  byId('talk-error').hidden = false
}

function hint(textContent) {
  return Object.assign(document.createElement('small'), { textContent })
}

function showMuted(muted) {
  byId('mute').setAttribute('aria-pressed', String(muted))
  byId('mute').textContent = muted ? 'Muted' : 'Mute'
}

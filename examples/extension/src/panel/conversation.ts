import { type Call, type CallEvents, type Parker, ParkerError } from '@parker/client'
import { microphonePermission } from '../microphone.ts'
import { contextOf, type PageFacts } from '../page/facts.ts'
import type { Floor, PanelEvent, Problem } from './state.ts'
import { showLevels } from './views/air.ts'
import type { Picked } from './views/pickers.ts'

/** One talk, from the click to the rating. */
export interface Conversation {
  mute(on: boolean): void
  cutIn(): void
  hangUp(): void
  /** Tells Parker what is on the page now. */
  page(facts: PageFacts): void
  /** Sends the rating, 1 to 5, with how the call went. A rating that does not arrive is no reason to bother anyone. */
  rate(rating: number): void
}

/** Calls Parker. Everything that happens is told by events; Parker speaks first in Hot Take Mode. */
export function startConversation(
  parker: Parker,
  picked: Picked,
  page: PageFacts | undefined,
  tell: (event: PanelEvent) => void,
): Conversation {
  const context = page && contextOf(page)
  const call = parker.call({ ...picked, ...(context ? { context } : {}), greet: picked.mode === 'hot_take' })
  follow(call, tell)
  tell({ type: 'connecting' })
  call.connect().catch(() => {})
  let told = context
  return {
    mute(on) {
      call.mute(on)
      tell({ type: 'muted', muted: on })
    },
    cutIn() {
      call.interrupt()
      tell({ type: 'floor', floor: 'cut-in', now: Date.now() })
    },
    hangUp: () => call.hangUp(),
    page(facts) {
      const now = contextOf(facts)
      if (!now || now === told) return
      told = now
      call.setContext(now)
    },
    rate(rating) {
      tell({ type: 'rated', rating })
      call.report({ rating }).catch(() => {})
    },
  }
}

/** The call's own words for its states, as the panel's. */
const FLOORS: Partial<Record<CallEvents['state']['name'], Floor>> = {
  listening: 'listening',
  thinking: 'thinking',
  speaking: 'speaking',
}

function follow(call: Call, tell: (event: PanelEvent) => void): void {
  let before: string = call.state.name
  let last: string = before
  call.on('state', state => {
    before = last
    last = state.name
    const floor = FLOORS[state.name]
    if (floor) tell({ type: 'floor', floor, now: Date.now() })
    if (state.name === 'ended') tell({ type: 'ended', now: Date.now() })
    if (state.name === 'failed') tell({ type: 'problem', problem: problemOf(state.error), now: Date.now() })
  })
  call.on('event', ({ type }) => {
    const floor = type === 'input_audio_buffer.speech_started' && (wasCut() ? 'cut-in' : 'hearing')
    if (floor) tell({ type: 'floor', floor, now: Date.now() })
  })
  call.on('error', async error => tell({ type: 'notice', text: await noticeOf(error) }))
  call.on('transcript', line => tell({ type: 'line', line }))
  call.on('level', showLevels)

  /** The state has just gone from speaking to listening. */
  function wasCut(): boolean {
    const cut = before === 'speaking' && last === 'listening'
    before = last
    return cut
  }
}

/** A microphone that has gone may still be plugged in: it ends as well where it is no longer allowed. */
async function noticeOf({ code, message }: ParkerError): Promise<string> {
  if (code !== 'microphone-missing' || (await microphonePermission()).state === 'granted') return message
  return 'The microphone is no longer allowed. Allow it for this extension, then start a new talk.'
}

/** What was thrown, as the panel tells it. */
export function problemOf(thrown: unknown): Problem {
  if (!(thrown instanceof ParkerError)) return { code: 'service-failed' }
  const { code, retryAfter, requestId } = thrown
  return {
    code,
    ...(retryAfter !== undefined ? { retryAt: Date.now() + retryAfter * 1000 } : {}),
    ...(requestId !== undefined ? { requestId } : {}),
  }
}

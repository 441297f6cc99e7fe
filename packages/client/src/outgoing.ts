import { contextItem, type PageContext, userItem } from './context.ts'
import type { Action, CallState } from './state.ts'
import type { ServerEvent } from './wire.ts'

interface Surroundings {
  send(event: ServerEvent): boolean
  act(action: Action): void
  state(): CallState
  /** Told when an answer is asked for. */
  asked(): void
}

/** What the page, rather than the user's voice, says to Parker. */
export interface Outgoing {
  /** Has Parker answer what was said so far. */
  ask(): void
  say(text: string): void
  interrupt(): void
  /** Tells whether there was anything to tell, and somebody. */
  setContext(context: PageContext): boolean
  /** Takes every event of the server. */
  receive(event: ServerEvent): void
}

/** What an error of OpenAI's says of the order that it refuses. */
interface Refusal {
  code?: unknown
  /** The order's own. */
  event_id?: unknown
}

export function createOutgoing({ send, act, state, asked }: Surroundings): Outgoing {
  /** An answer is asked for or being made; OpenAI takes the next order when it is done. */
  let answering = false
  /** Another is wanted then. */
  let waiting = false
  /** Names the order that is out; empty once it is no longer wanted. */
  let order = ''

  function ask(): void {
    act({ type: 'asked' })
    waiting = answering
    if (answering) return
    answering = true
    order = crypto.randomUUID()
    asked()
    send({ type: 'response.create', event_id: order })
  }

  function interrupt(): void {
    if (!['thinking', 'speaking'].includes(state().name)) return
    waiting = false
    order = ''
    if (answering) send({ type: 'response.cancel' })
    send({ type: 'output_audio_buffer.clear' })
    act({ type: 'interrupted' })
  }

  function done(): void {
    answering = false
    if (waiting) ask()
  }

  function refused({ code, event_id }: Refusal): void {
    const ours = order !== '' && event_id === order
    // Another answer is being made, such as one to the user's voice.
    if (ours && code === 'conversation_already_has_active_response') waiting = true
    else if (ours || code === 'response_cancel_not_active') done()
  }

  return {
    ask,
    interrupt,
    say(text) {
      interrupt()
      send(userItem(text))
      ask()
    },
    setContext(context) {
      const item = contextItem(context)
      return item !== undefined && send(item)
    },
    receive({ type, error }) {
      if (type === 'response.created') answering = true
      if (type === 'response.done') done()
      if (type === 'error') refused((error ?? {}) as Refusal)
    },
  }
}

import { contextItem, type PageContext, userItem } from './context.ts'
import type { Action, CallState } from './state.ts'
import type { ServerEvent } from './wire.ts'

interface Surroundings {
  send(event: ServerEvent): void
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
  /** Tells whether there was anything to tell. */
  setContext(context: PageContext): boolean
  /** Takes every event of the server. */
  receive(event: ServerEvent): void
}

export function createOutgoing({ send, act, state, asked }: Surroundings): Outgoing {
  /** An answer is being made; OpenAI takes the next order when it is done. */
  let answering = false
  let waiting = false

  function ask(): void {
    act({ type: 'asked' })
    if (answering) {
      waiting = true
      return
    }
    asked()
    send({ type: 'response.create' })
  }

  function interrupt(): void {
    const { name } = state()
    if (name !== 'thinking' && name !== 'speaking') return
    if (answering) send({ type: 'response.cancel' })
    send({ type: 'output_audio_buffer.clear' })
    act({ type: 'interrupted' })
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
      if (item) send(item)
      return item !== undefined
    },
    receive({ type }) {
      if (type === 'response.created') answering = true
      if (type !== 'response.done') return
      answering = false
      if (!waiting) return
      waiting = false
      ask()
    },
  }
}

import type { ApiError } from '../errors.ts'
import type { ResponseParams } from './client-events.ts'
import { alreadyResponding, nothingToCancel, onlyTranscribes } from './errors.ts'
import { type ReplyFault, type Responding, type ResponseParts, startResponse } from './response.ts'
import type { Session } from './server-events.ts'
import type { Prompt } from './usage.ts'

export type ResponsesParts = Pick<ResponseParts, 'emit' | 'conversation' | 'speak' | 'sound'> & {
  /** As it is now. */
  session(): Session
  strikeReply(): ReplyFault | undefined
  replyLatencyMs(): number
}

/** The responses of one session that are under way: one in the conversation at most, and any number beside it. */
export type Responses = {
  /** Whether assistant audio exists or is on its way. */
  readonly hasSpoken: boolean
  create(asked: ResponseParams): ApiError | undefined
  /** The client's own wish, for the response of this id or else the one in the conversation. */
  cancel(id: string | undefined): ApiError | undefined
  /** The human has begun to speak. */
  interrupt(): void
  endAll(): void
}

export const createResponses = (parts: ResponsesParts): Responses => {
  const { emit, conversation, speak, sound } = parts
  const running = new Set<Responding>()
  let lastPrompt: Prompt = []
  let hasSpoken = false

  const active = () => [...running].find(({ inConversation }) => inConversation)
  const called = (id: string) => [...running].find(one => one.id === id)

  return {
    get hasSpoken() {
      return hasSpoken
    },
    create: asked => {
      const session = parts.session()
      if (session.type === 'transcription') return onlyTranscribes
      const busy = asked.conversation === 'none' ? undefined : active()
      if (busy) return alreadyResponding(busy.id)
      hasSpoken ||= !(asked.output_modalities ?? session.output_modalities)?.includes('text')
      const responding = startResponse({
        emit,
        asked,
        session,
        conversation,
        speak,
        sound,
        latencyMs: parts.replyLatencyMs(),
        fault: parts.strikeReply(),
        previousPrompt: lastPrompt,
        onDone: prompt => {
          running.delete(responding)
          lastPrompt = prompt
        },
      })
      running.add(responding)
      return undefined
    },
    cancel: id => {
      const target = id === undefined ? active() : called(id)
      if (!target) return nothingToCancel
      target.cancel('client_cancelled')
      return undefined
    },
    interrupt: () => active()?.cancel('turn_detected'),
    endAll: () => {
      for (const responding of running) responding.cancel('client_cancelled')
    },
  }
}

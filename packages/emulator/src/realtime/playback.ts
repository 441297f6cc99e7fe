import type { Playing } from '../media/types.ts'
import type { Conversation } from './conversation.ts'
import type { ServerEvent } from './server-events.ts'

/** The output audio buffer of a WebRTC call. */
export type Playback = {
  /**
   * Plays after what is playing already, and says so when it begins and when it has ended.
   * @param made aborts when the response is over: nothing is begun after that, and nothing has ended before.
   */
  start(one: Planned, play: () => Playing, made: AbortSignal): Promise<void>
  /** Lets only the first `ms` milliseconds of the current speech be heard. */
  endAt(ms: number): void
  /** Stops at once what is heard now, as on a barge-in. */
  clear(): void
}

export type Planned = { responseId: string; itemId: string; lengthMs: number }

type Current = Planned & { playing: Playing; since: number }

const abortOf = (signal: AbortSignal) =>
  new Promise<void>(resolve => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })

export const createPlayback = (emit: (event: ServerEvent) => void, conversation: Conversation): Playback => {
  let current: Current | undefined
  let queue: Promise<unknown> = Promise.resolve()

  const ended = (one: Current) => {
    if (current !== one) return
    current = undefined
    emit({ type: 'output_audio_buffer.stopped', response_id: one.responseId })
  }

  /** What was not heard was not said. */
  const truncate = ({ itemId, since, lengthMs }: Current) => {
    const entry = conversation.find(itemId)
    const heardMs = Math.min(Math.round(performance.now() - since), lengthMs)
    if (!entry) return
    entry.audioMs = heardMs
    emit({ type: 'conversation.item.truncated', item_id: itemId, content_index: 0, audio_end_ms: heardMs })
  }

  return {
    start: async (planned, play, made) => {
      const before = queue
      const { promise, resolve } = Promise.withResolvers<unknown>()
      queue = promise
      await before
      if (made.aborted) return resolve(undefined)
      const playing = play()
      const one: Current = { ...planned, playing, since: performance.now() }
      current = one
      emit({ type: 'output_audio_buffer.started', response_id: one.responseId })
      void Promise.all([playing.done, abortOf(made)]).then(() => {
        ended(one)
        resolve(undefined)
      })
    },
    endAt: ms => {
      const one = current
      if (!one) return
      const leftMs = Math.max(0, ms - (performance.now() - one.since))
      setTimeout(() => one.playing.stop(), leftMs).unref()
    },
    clear: () => {
      const one = current
      if (!one) return
      current = undefined
      one.playing.stop()
      emit({ type: 'output_audio_buffer.cleared', response_id: one.responseId })
      truncate(one)
    },
  }
}

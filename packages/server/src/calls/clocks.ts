import { at } from '../json.ts'
import type { RealtimeEvent } from '../upstream/socket.ts'

/** The clocks of one call. */
export interface CallClocks {
  /** Hears an event: whether it shows the human. */
  hear(event: RealtimeEvent): void
  /**
   * Events were missed, the end of a speech perhaps among them: from now on the human counts as silent. Words may have been
   * missed too, so there is some time left to be heard again.
   */
  missed(): void
  /** Milliseconds since the human was last heard of. */
  idleMs(): number
  stop(): void
}

interface Due {
  /** Milliseconds that are left of the call's longest time, and of the time without the human. */
  secondsLeftMs: number
  idleMs: number
  idleLimitMs: number
  mono: () => number
  /** Whether the call's events reach us. A human whom we cannot hear is not silent. */
  listening(): boolean
  onTime(reason: 'max_seconds' | 'idle'): void
}

/** After events were missed the human has so long at least, milliseconds: to hear an answer and to speak again. */
const AFTER_GAP_MS = 20_000
/** A timer that is late by so long finds a process that stood still: what was said meanwhile is still to be read, milliseconds. */
const STOOD_STILL_MS = 1000
/** Between looks at a call that is idle as far as we could hear, milliseconds. */
const LOOK_AGAIN_MS = 500

/** Runs the call's two clocks. While the human speaks, the second one stands still. */
export function callClocks({ secondsLeftMs, idleMs, idleLimitMs, mono, listening, onTime }: Due): CallClocks {
  let heardAt = mono() - idleMs
  let speaking = false
  const whole = setTimeout(() => onTime('max_seconds'), Math.max(0, secondsLeftMs))
  let idle = setTimeout(lookIdle, Math.max(0, idleLimitMs - idleMs))
  const sinceHeard = () => (speaking ? 0 : mono() - heardAt)

  function lookIdle(): void {
    if (idleLimitMs - sinceHeard() < -STOOD_STILL_MS && listening()) missed()
    const left = idleLimitMs - sinceHeard()
    // Timers may fire a moment early; the clock decides.
    if (left <= 1 && listening()) onTime('idle')
    else idle = setTimeout(lookIdle, left > 1 ? left : LOOK_AGAIN_MS)
  }

  function missed(): void {
    heardAt = speaking ? mono() : Math.max(heardAt, mono() - Math.max(0, idleLimitMs - AFTER_GAP_MS))
    speaking = false
  }

  return {
    hear(event) {
      if (!showsHuman(event)) return
      speaking = event.type === 'input_audio_buffer.speech_started'
      heardAt = mono()
    },
    missed,
    idleMs: sinceHeard,
    stop() {
      clearTimeout(whole)
      clearTimeout(idle)
    },
  }
}

const HUMAN_EVENTS = new Set([
  'input_audio_buffer.speech_started',
  'input_audio_buffer.speech_stopped',
  'input_audio_buffer.committed',
])

/** Speech, committed audio, or an item of the user's. */
function showsHuman({ type, item }: RealtimeEvent): boolean {
  if (HUMAN_EVENTS.has(type)) return true
  return type === 'conversation.item.added' && at(item, 'role') === 'user'
}

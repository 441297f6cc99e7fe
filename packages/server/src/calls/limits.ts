import { at } from '../json.ts'
import type { RealtimeEvent } from '../upstream/socket.ts'

/** The clocks of one call. */
export interface CallClocks {
  /** Hears an event: whether it shows the human. */
  hear(event: RealtimeEvent): void
  /** Events were missed, the end of a speech perhaps among them: from now on the human counts as silent. */
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
  onTime(reason: 'max_seconds' | 'idle'): void
}

/** Runs the call's two clocks. While the human speaks, the second one stands still. */
export function callClocks({ secondsLeftMs, idleMs, idleLimitMs, mono, onTime }: Due): CallClocks {
  let heardAt = mono() - idleMs
  let speaking = false
  const whole = setTimeout(() => onTime('max_seconds'), Math.max(0, secondsLeftMs))
  let idle = setTimeout(lookIdle, Math.max(0, idleLimitMs - idleMs))
  const sinceHeard = () => (speaking ? 0 : mono() - heardAt)

  function lookIdle(): void {
    const left = idleLimitMs - sinceHeard()
    // Timers may fire a moment early; the clock decides.
    if (left <= 1) onTime('idle')
    else idle = setTimeout(lookIdle, left)
  }

  return {
    hear(event) {
      if (!showsHuman(event)) return
      speaking = event.type === 'input_audio_buffer.speech_started'
      heardAt = mono()
    },
    missed() {
      if (speaking) heardAt = mono()
      speaking = false
    },
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

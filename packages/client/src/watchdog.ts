import type { ErrorCode } from './errors.ts'
import type { Action, CallState } from './state.ts'

/** How long each thing may take before it counts as failed, in milliseconds. */
const PATIENCE = {
  /** OpenAI's answers begin within a second or two; a long one with tools takes longer. */
  'no-answer': 15_000,
  /** From the start of an answer's sound, and of being able to hear, to something that can be heard. */
  'no-sound': 5_000,
  /** From an event of ours that must be answered to any event of theirs. */
  'channel-stalled': 10_000,
} satisfies Partial<Record<ErrorCode, number>>

/** An answer that was played to its end is judged by so many looks, a second's: a shorter one may well be still. */
const ENOUGH_LOOKS = 25

type Worry = keyof typeof PATIENCE

/** Notices what does not happen. */
export interface Watchdog {
  moved(state: CallState, action?: Action['type']): void
  /** Takes each look for sound: whether it can be measured now. At first it cannot. */
  hears(able: boolean): void
  /** Something of Parker's voice. */
  heard(): void
  sent(): void
  received(): void
}

export function createWatchdog(signal: AbortSignal, bark: (worry: Worry) => void): Watchdog {
  const timers = new Map<Worry, ReturnType<typeof setTimeout>>()
  let speaking = false
  let hearing = false
  /** Of the answer that is being spoken. */
  let heardSome = false
  let looks = 0
  const calm = (worry: Worry) => {
    clearTimeout(timers.get(worry))
    timers.delete(worry)
  }
  const worry = (about: Worry) => {
    if (timers.has(about)) return
    timers.set(
      about,
      setTimeout(() => {
        timers.delete(about)
        bark(about)
      }, PATIENCE[about]),
    )
  }
  const judgeSound = () => (speaking && hearing && !heardSome ? worry : calm)('no-sound')
  signal.addEventListener('abort', () => {
    for (const about of timers.keys()) calm(about)
  })
  return {
    moved({ name }, action) {
      // Who cuts in moves on by other actions: what was cut off may have been about to be heard.
      if (action === 'audio-ended' && looks >= ENOUGH_LOOKS && timers.has('no-sound')) bark('no-sound')
      looks = 0
      ;(name === 'thinking' ? worry : calm)('no-answer')
      speaking = name === 'speaking'
      heardSome &&= speaking
      judgeSound()
    },
    hears(able) {
      looks++
      if (able === hearing) return
      looks = 0
      hearing = able
      judgeSound()
    },
    heard() {
      heardSome = speaking
      calm('no-sound')
    },
    sent: () => worry('channel-stalled'),
    received: () => calm('channel-stalled'),
  }
}

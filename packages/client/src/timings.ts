/** Milliseconds on the way from a click to a conversation; null for what has not happened. */
export interface Timings {
  /** The token request, from its start; it may have been over before the click. */
  token_ms: number | null
  /** The microphone, likewise. */
  microphone_ms: number | null
  /** From `connect()` to the first event over the line. */
  connected_ms: number | null
  /** From `connect()` to the first sound of Parker's that could be heard. */
  first_audio_ms: number | null
  /** For each answer: from the end of the user's turn, as the server noticed it, to Parker's first sound. */
  turn_gaps_ms: number[]
}

/** Longest list of gaps that is kept. */
const MAX_GAPS = 100

/** Takes the times. */
export interface Stopwatch {
  readonly timings: Timings
  /** Awaits it and notes how long it took. */
  time<T>(name: 'token_ms' | 'microphone_ms', work: Promise<T>): Promise<T>
  clicked(): void
  connected(): void
  turnEnded(): void
  heard(): void
}

export function createStopwatch(now = () => performance.now()): Stopwatch {
  const timings: Timings = {
    token_ms: null,
    microphone_ms: null,
    connected_ms: null,
    first_audio_ms: null,
    turn_gaps_ms: [],
  }
  let click = 0
  let turnEnd: number | undefined
  return {
    timings,
    async time(name, work) {
      const start = now()
      const result = await work
      timings[name] = now() - start
      return result
    },
    clicked() {
      click = now()
    },
    connected() {
      timings.connected_ms = now() - click
    },
    turnEnded() {
      turnEnd = now()
    },
    heard() {
      timings.first_audio_ms ??= now() - click
      if (turnEnd !== undefined && timings.turn_gaps_ms.length < MAX_GAPS) timings.turn_gaps_ms.push(now() - turnEnd)
      turnEnd = undefined
    },
  }
}

/** Milliseconds on the way from a click to a conversation; absent is what has not happened. */
export interface Timings {
  /** How long the token request took; it may have been over before the click. */
  token_ms?: number
  /** How long the microphone took, likewise. */
  microphone_ms?: number
  /** From `connect()` to the first event over the line. */
  click_to_connected_ms?: number
  /** From there to the first sound of Parker's that could be heard. */
  connected_to_first_audio_ms?: number
  /** For each turn, from its end as the server noticed it to the first sound of the answer. */
  turn_gaps_ms: number[]
}

/** The service takes no longer list in a report, nor longer times. */
const MAX_TURNS = 500
const MAX_MS = 600_000

/** Takes the times. */
export interface Stopwatch {
  readonly timings: Timings
  /** Does it, and notes how long it took. */
  time<T>(name: 'token_ms' | 'microphone_ms', work: () => Promise<T>): Promise<T>
  clicked(): void
  connected(): void
  turnEnded(): void
  heard(): void
  /** Seconds since connected; undefined before. */
  talkSeconds(): number | undefined
}

export function createStopwatch(now = () => performance.now()): Stopwatch {
  const timings: Timings = { turn_gaps_ms: [] }
  let [click, connection]: (number | undefined)[] = []
  let turnEnd: number | undefined
  const since = (start = now()) => Math.min(now() - start, MAX_MS)
  return {
    timings,
    async time(name, work) {
      const start = now()
      const result = await work()
      timings[name] = since(start)
      return result
    },
    clicked() {
      click = now()
    },
    connected() {
      connection = now()
      timings.click_to_connected_ms = since(click)
    },
    turnEnded() {
      turnEnd = now()
    },
    heard() {
      timings.connected_to_first_audio_ms ??= since(connection)
      if (turnEnd !== undefined && timings.turn_gaps_ms.length < MAX_TURNS) timings.turn_gaps_ms.push(since(turnEnd))
      turnEnd = undefined
    },
    talkSeconds: () => connection && (now() - connection) / 1000,
  }
}

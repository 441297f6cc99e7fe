import { SAMPLES_PER_MS } from '../media/pcm.ts'
import type { CallRecord } from './call-book.ts'
import type { CallRequest } from './call-request.ts'
import type { Engine } from './engine.ts'
import type { Link } from './links.ts'

/** What a call has lived through so far; its engine's end fills it in. */
export type CallTimes = Pick<{ -readonly [K in keyof CallRecord]: CallRecord[K] }, 'startedAt' | 'endedAt' | 'ended'>

/** About −12 dBFS, far above what counts as speech. */
const LOUD = 8000

/** Longer than turn detection waits, unless a session asks for more. */
const SILENCE_MS = 1500

const speakInto = (engine: Engine, ms: number) => {
  engine.hear(new Int16Array(ms * SAMPLES_PER_MS).fill(LOUD))
  engine.hear(new Int16Array(SILENCE_MS * SAMPLES_PER_MS))
}

/** What tests see of a call, and how they act as its browser. @param link the browser's data channel. */
export const recordOf = (
  id: string,
  { safetyIdentifier, form }: CallRequest,
  times: CallTimes,
  engine: Engine,
  link: Link,
): CallRecord => ({
  id,
  safetyIdentifier,
  form,
  startedAt: times.startedAt,
  get endedAt() {
    return times.endedAt
  },
  get ended() {
    return times.ended
  },
  get session() {
    return engine.session
  },
  fromBrowser: event => engine.receive(JSON.stringify(event), link),
  speak: ms => speakInto(engine, ms),
  leave: () => {
    link.close('client')
    engine.end('client')
  },
})

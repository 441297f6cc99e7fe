import type { Call, CallEvents, CallRequest } from './call.ts'
import { contextItem, userItem } from './context.ts'
import { createEmitter } from './emitter.ts'
import { asParkerError, type ErrorCode, ParkerError } from './errors.ts'
import { freshness } from './fresh-token.ts'
import { AUDIBLE, type Levels, measureLevels } from './levels.ts'
import { type Line, openLine } from './line.ts'
import { openMicrophone } from './microphone.ts'
import { createReporter } from './report.ts'
import type { Service } from './service.ts'
import { play } from './sound.ts'
import { type Action, type CallState, isLive, isOver, next } from './state.ts'
import { createStopwatch } from './timings.ts'
import { createTranscript } from './transcript.ts'
import { troubleIn } from './trouble.ts'
import { actionOf } from './turns.ts'
import { createWatchdog } from './watchdog.ts'
import type { ServerEvent } from './wire.ts'

/** One call, from `idle` to its end. Everything that it opens is released when `over` fires. */
export function createCall(service: Service, request: CallRequest): Call {
  const { context, greet, audio, ...asked } = request
  const { on, emit } = createEmitter<CallEvents>()
  const over = new AbortController()
  const { signal } = over
  const stopwatch = createStopwatch()
  const transcribe = createTranscript(line => emit('transcript', line))
  const reporter = createReporter(service, stopwatch, () => state)
  const watchdog = createWatchdog(signal, code => (code === 'channel-stalled' ? fail(code) : warn(code)))
  let state: CallState = { name: 'idle' }
  let issued: Awaited<ReturnType<typeof getToken>> | undefined
  let line: Line | undefined
  let microphone: MediaStream | undefined
  let voice = new MediaStream()
  let muted = false

  function act(action: Action): void {
    const before = state
    state = next(state, action)
    if (state === before) return
    if (isOver(state)) over.abort()
    watchdog.moved(state)
    emit('state', state)
    if (state.name === 'failed') emit('error', state.error)
  }

  const fail = (error: ParkerError | ErrorCode) =>
    act({ type: 'fail', error: typeof error === 'string' ? new ParkerError(error) : error })

  function warn(code: ErrorCode): void {
    if (code === 'no-answer') act({ type: 'unanswered' })
    emit('error', new ParkerError(code))
  }

  /** Runs once; what it throws ends the call. Who does not wait for it learns of it by events. */
  function once(work: () => Promise<void>): () => Promise<void> {
    let running: Promise<void> | undefined
    return () => {
      running ??= work().catch(thrown => {
        const error = asParkerError(thrown, signal.aborted ? 'hung-up' : 'service-failed')
        fail(error)
        throw error
      })
      running.catch(() => {})
      return running
    }
  }

  async function getToken() {
    const token = await stopwatch.time('token_ms', () => service.token(asked, signal))
    reporter.session(token)
    return { token, isFresh: freshness(token) }
  }

  async function getMicrophone() {
    const stream = await stopwatch.time('microphone_ms', () => openMicrophone(signal))
    for (const track of stream.getTracks()) track.onended = () => emit('error', new ParkerError('microphone-missing'))
    return stream
  }

  const prepare = once(async () => {
    signal.throwIfAborted()
    act({ type: 'prepare' })
    ;[issued, microphone] = await Promise.all([getToken(), getMicrophone()])
    mute(muted)
    act({ type: 'prepared' })
  })

  const connect = once(async () => {
    stopwatch.clicked()
    await prepare()
    signal.throwIfAborted()
    if (!issued || !microphone) return
    act({ type: 'connect' })
    const { token } = issued.isFresh() ? issued : await getToken()
    line = await openLine({
      microphone,
      place: offer => service.placeCall(token, offer, signal),
      voice: listenTo,
      receive,
      lost: fail,
      signal,
    })
    const { location, peer } = line
    if (location) signal.addEventListener('abort', () => service.hangUp(location, token))
    stopwatch.connected()
    reporter.follow(peer, signal)
    measureLevels(microphone, voice, signal, level)
    act({ type: 'connected' })
    greetings()
  })

  function listenTo(stream: MediaStream): void {
    voice = stream
    play(stream, audio ?? new Audio(), signal, () => warn('sound-blocked'))
  }

  function greetings(): void {
    if (context) setContext(context)
    if (greet) ask()
  }

  function receive(event: ServerEvent): void {
    watchdog.received()
    transcribe(event)
    const action = actionOf(event)
    if (action?.type === 'speech-stopped') stopwatch.turnEnded()
    if (action) act(action)
    const trouble = troubleIn(event)
    if (trouble?.code === 'session-ended') fail(trouble)
    else if (trouble) emit('error', trouble)
    emit('event', event)
  }

  function level(levels: Levels): void {
    if (levels.parker > AUDIBLE) {
      watchdog.heard()
      stopwatch.heard()
    }
    emit('level', levels)
  }

  function send(event: ServerEvent): void {
    line?.send(event)
  }

  function ask(): void {
    stopwatch.turnEnded()
    send({ type: 'response.create' })
    act({ type: 'asked' })
  }

  function setContext(page: Parameters<Call['setContext']>[0]): void {
    const item = contextItem(page)
    if (!item) return
    watchdog.sent()
    send(item)
  }

  function mute(on: boolean): void {
    muted = on
    for (const track of microphone?.getTracks() ?? []) track.enabled = !on
  }

  addEventListener('pagehide', () => act({ type: 'end', reason: 'page-left' }), { signal })

  return {
    get state() {
      return state
    },
    get muted() {
      return muted
    },
    timings: stopwatch.timings,
    on,
    prepare,
    connect,
    mute,
    interrupt() {
      if (state.name !== 'thinking' && state.name !== 'speaking') return
      send({ type: 'response.cancel' })
      send({ type: 'output_audio_buffer.clear' })
      act({ type: 'interrupted' })
    },
    say(text) {
      if (!isLive(state)) return
      send(userItem(text))
      ask()
    },
    setContext,
    send,
    hangUp: () => act({ type: 'end', reason: 'hung-up' }),
    summary: reporter.summary,
    report: reporter.report,
  }
}

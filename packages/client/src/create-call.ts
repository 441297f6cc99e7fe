import type { Call, CallEvents, CallRequest } from './call.ts'
import type { PageContext } from './context.ts'
import { createEmitter } from './emitter.ts'
import { asParkerError, type ErrorCode, ParkerError } from './errors.ts'
import { freshness } from './fresh-token.ts'
import { AUDIBLE, type Levels, measureLevels } from './levels.ts'
import { type Line, openLine } from './line.ts'
import { openMicrophone } from './microphone.ts'
import { once } from './once.ts'
import { createOutgoing } from './outgoing.ts'
import { createReporter } from './report.ts'
import type { Service } from './service.ts'
import { play } from './sound.ts'
import { type Action, type CallState, isLive, isOver, next } from './state.ts'
import { createStopwatch } from './timings.ts'
import { createTranscript } from './transcript.ts'
import { troubleIn } from './trouble.ts'
import { actionOf } from './turns.ts'
import { createWatchdog } from './watchdog.ts'
import type { ServerEvent, Token } from './wire.ts'

/** One call, from `idle` to its end. Everything that it opens is released when `over` fires. */
export function createCall(service: Service, request: CallRequest): Call {
  const { context, greet, audio, ...asked } = request
  const { on, emit } = createEmitter<CallEvents>()
  const over = new AbortController()
  const { signal } = over
  const stopwatch = createStopwatch()
  const transcribe = createTranscript(line => emit('transcript', line))
  const reporter = createReporter(service, stopwatch, () => state)
  const outgoing = createOutgoing({ send, act, state: () => state, asked: stopwatch.turnEnded })
  const watchdog = createWatchdog(signal, code =>
    code === 'channel-stalled' ? fail(new ParkerError(code)) : warn(code),
  )
  let state: CallState = { name: 'idle' }
  let issued: Awaited<ReturnType<typeof getToken>> | undefined
  let line: Line | undefined
  let microphone: MediaStream | undefined
  let voice = new MediaStream()
  let muted = false
  /** What was said last of the page. */
  let page = context

  function act(action: Action): void {
    const before = state
    state = next(state, action)
    if (state === before) return
    if (isOver(state)) over.abort(state.name === 'failed' ? state.error : new ParkerError('hung-up'))
    emit('state', state)
    watchdog.moved(state, action.type)
    if (state.name === 'failed') emit('error', state.error)
  }

  const fail = (error: ParkerError) => act({ type: 'fail', error })

  function warn(code: ErrorCode): void {
    // It would stand in the way of the next answer.
    if (code === 'no-answer') outgoing.interrupt()
    emit('error', new ParkerError(code))
  }

  /** A step on the way to a conversation. What it throws ends the call, and with it every step. */
  const step = (work: () => Promise<void>) =>
    once(() => work().catch(thrown => fail(asParkerError(thrown, 'service-failed'))), signal)

  async function getToken() {
    const token = await stopwatch.time('token_ms', () => service.token(asked, signal))
    reporter.session(token)
    return { token, isFresh: freshness(token) }
  }

  const getMicrophone = () =>
    stopwatch.time('microphone_ms', () => openMicrophone(signal, () => warn('microphone-missing')))

  const prepare = step(async () => {
    act({ type: 'prepare' })
    ;[issued, microphone] = await Promise.all([getToken(), getMicrophone()])
    act({ type: 'prepared' })
  })

  const connect = step(async () => {
    stopwatch.clicked()
    reporter.expect(signal)
    await prepare()
    if (!issued || !microphone) return
    act({ type: 'connect' })
    const { token } = issued.isFresh() ? issued : await getToken()
    // Who hung up meanwhile is not asked for the microphone.
    signal.throwIfAborted()
    // It may have gone since it was got ready.
    if (!microphone.active) microphone = await getMicrophone()
    signal.throwIfAborted()
    mute(muted)
    line = await openLine({
      microphone,
      place: offer => place(token, offer),
      voice: listenTo,
      receive,
      lost: fail,
      signal,
    })
    stopwatch.connected()
    reporter.follow(line.peer, signal, () => warn('poor-connection'))
    measureLevels(microphone, voice, signal, level)
    act({ type: 'connected' })
    if (page) setContext(page)
    if (greet) outgoing.ask()
  })

  async function place(token: Token, offer: string): Promise<string> {
    const { answer, location } = await service.placeCall(token, offer, signal)
    if (location) signal.addEventListener('abort', () => service.hangUp(location, token))
    return answer
  }

  function listenTo(stream: MediaStream): void {
    voice = stream
    play(stream, audio ?? new Audio(), signal, () => warn('sound-blocked'))
  }

  function receive(event: ServerEvent): void {
    watchdog.received()
    transcribe(event)
    outgoing.receive(event)
    const action = actionOf(event)
    if (action?.type === 'speech-stopped') stopwatch.turnEnded()
    if (action) act(action)
    const trouble = troubleIn(event)
    if (trouble?.code === 'session-ended') fail(trouble)
    else if (trouble) emit('error', trouble)
    emit('event', event)
  }

  function level(levels: Levels | undefined): void {
    watchdog.hears(levels !== undefined)
    if (!levels) return
    if (levels.parker > AUDIBLE) {
      watchdog.heard()
      stopwatch.heard()
    }
    emit('level', levels)
  }

  function send(event: ServerEvent): boolean {
    const live = isLive(state)
    if (live) line?.send(event)
    return live
  }

  function say(text: string): boolean {
    if (!isLive(state)) return false
    emit('transcript', { id: crypto.randomUUID(), who: 'you', text, final: true })
    outgoing.say(text)
    return true
  }

  /** Until the call is live there is nobody to tell. */
  function setContext(now: PageContext): boolean {
    page = now
    if (!isLive(state)) return !isOver(state)
    const told = outgoing.setContext(now)
    if (told) watchdog.sent()
    return told
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
    interrupt: outgoing.interrupt,
    say,
    setContext,
    send,
    hangUp: () => act({ type: 'end', reason: 'hung-up' }),
    summary: reporter.summary,
    report: reporter.report,
  }
}

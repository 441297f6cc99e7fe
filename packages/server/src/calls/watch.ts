import type { Clock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import type { RealtimeEvent } from '../upstream/socket.ts'
import { usageId } from '../upstream/usage.ts'
import { addUsage, copyOf, type EndReason, type LiveCall, type Usage } from './call.ts'
import { callClocks } from './clocks.ts'
import { driftGuard } from './drift.ts'
import type { Meter } from './meter.ts'
import { type JoinCall, sideband } from './sideband.ts'

/** One call under our eyes. */
export interface Watch {
  /** The call as it stands. */
  now(): LiveCall
  /** The call is being ended: from now on only what it has used is counted. */
  stopEnforcing(): void
  /** Lets go of the call, which goes on. */
  leave(): void
  /** Resolves when OpenAI has closed our line into the call; at once if none is open. */
  closed(): Promise<void>
}

/** What watching a call leads to. */
export interface WatchEvents {
  /** `id`: OpenAI's name for what used it, if it gave one. */
  onUsage(usage: Usage, id: string | undefined): void
  onDrift(action: 'restored' | 'ended'): void
  onDropped(): void
  /** An event was one too many for our code. Told once a call: more may come until the hang-up holds. */
  onFault(event: RealtimeEvent, cause: unknown): void
  /** The call must end. */
  onEnd(reason: EndReason): void
}

type WatchConfig = Pick<Config, 'MAX_CALL_SECONDS' | 'CALL_IDLE_SECONDS' | 'MAX_CALL_USD' | 'CALL_DRIFT'>

interface WatchParts {
  config: WatchConfig
  clock: Clock
  join: JoinCall
  meter: Meter
  /** Whether somebody has watched this call before. */
  known: boolean
}

/** Joins a call and holds it to its limits. */
export function watchCall(call: LiveCall, parts: WatchParts, events: WatchEvents): Watch {
  const { config, clock, meter } = parts
  const drift = driftGuard(call.session.instructions, config.CALL_DRIFT, call.drifts)
  const used = copyOf(call.usage)
  const begunAt = clock.mono() - call.ageMs
  let ending = false
  let faulty = false

  function stopEnforcing(): void {
    ending = true
    clocks.stop()
    line.stopRejoining()
  }

  function end(reason: EndReason): void {
    stopEnforcing()
    events.onEnd(reason)
  }

  const clocks = callClocks({
    secondsLeftMs: config.MAX_CALL_SECONDS * 1000 - call.ageMs,
    idleMs: call.idleMs,
    idleLimitMs: config.CALL_IDLE_SECONDS * 1000,
    mono: clock.mono,
    listening: () => line.listening(),
    onTime: end,
  })

  function count(event: RealtimeEvent): void {
    const usage = meter.read(event)
    if (!usage) return
    addUsage(used, usage)
    events.onUsage(usage, usageId(event))
    if (config.MAX_CALL_USD > 0 && used.usd >= config.MAX_CALL_USD) end('max_usd')
  }

  function guard(event: RealtimeEvent): void {
    const before = drift.count
    const verdict = drift.judge(event)
    if (verdict === 'none' || ending) return
    // A refusal of OpenAI's, and an answer that was lost and is given again, are not another change.
    if (drift.count > before) events.onDrift(verdict === 'restore' ? 'restored' : 'ended')
    if (verdict === 'restore') line.send(drift.restoring())
    else end('drift')
  }

  const line = sideband(call.id, parts.known, parts.join, {
    onEvent(event) {
      try {
        clocks.hear(event)
        count(event)
        guard(event)
      } catch (cause) {
        // A page has a say in what events hold. One that we cannot stomach ends its own call, not the process and all calls.
        if (!faulty) events.onFault(event, cause)
        faulty = true
        if (!ending) end('unobserved')
      }
    },
    onJoined(late) {
      if (late) clocks.missed()
      // What was changed while nobody looked shows now, and is judged as if it had been seen.
      const asking = drift.asking()
      if (asking) line.send(asking)
    },
    onDropped: events.onDropped,
    onGone: () => end('ended'),
    onUnobserved: () => end('unobserved'),
  })

  return {
    now: () => ({
      ...call,
      ageMs: clock.mono() - begunAt,
      idleMs: clocks.idleMs(),
      usage: copyOf(used),
      drifts: drift.count,
    }),
    stopEnforcing,
    leave() {
      clocks.stop()
      line.leave()
    },
    closed: line.closed,
  }
}

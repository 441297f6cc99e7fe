import { SILENCE } from './opus.ts'
import { FRAME_MS } from './pcm.ts'
import type { Playing } from './types.ts'

/** A machine that stood still this long is not caught up with: a burst would overflow the listener's buffer. */
const HOPELESS_MS = 200

/** A packet's place in the stream; `first` begins a talk spurt. */
export interface Place {
  index: number
  first: boolean
}

/** A stream of one packet every 20 ms: what is played, else silence. */
export interface Pacer {
  /** Plays from the next packet on; whatever still plays is stopped. In place of `undefined` nothing is sent. */
  play(packets: Packets): Playing
  close(): void
}

type Packets = readonly (Uint8Array | undefined)[]

interface Reply {
  packets: Packets
  at: number
  end(how: 'finished' | 'stopped'): void
}

/**
 * Starts the stream. Each packet has its due time from the beginning on, so that late timers do not add up; silence
 * fills the pauses, since a stream that stops counts as lost sound at the other end.
 */
export function startPacer(send: (packet: Uint8Array, place: Place) => void): Pacer {
  let beginning = performance.now()
  let index = 0
  let sinceThen = 0
  let reply: Reply | undefined

  function sendNext(): void {
    const playing = reply
    const packet = playing ? playing.packets[playing.at] : SILENCE
    if (packet) send(packet, { index, first: playing?.at === 0 })
    index++
    sinceThen++
    if (!playing) return
    playing.at++
    if (playing.at >= playing.packets.length) end('finished')
  }

  function end(how: 'finished' | 'stopped'): void {
    const ended = reply
    reply = undefined
    ended?.end(how)
  }

  function tick(): void {
    const now = performance.now()
    if (now - due() > HOPELESS_MS) {
      beginning = now
      sinceThen = 0
    }
    while (due() <= now) sendNext()
    timer = setTimeout(tick, Math.max(0, due() - performance.now()))
  }

  const due = () => beginning + sinceThen * FRAME_MS
  let timer = setTimeout(tick, 0)

  return {
    play(packets) {
      end('stopped')
      const { promise, resolve } = Promise.withResolvers<'finished' | 'stopped'>()
      const mine: Reply = { packets, at: 0, end: resolve }
      if (packets.length > 0) reply = mine
      else resolve('finished')
      return { done: promise, stop: () => void (reply === mine && end('stopped')) }
    },
    close() {
      clearTimeout(timer)
      end('stopped')
    },
  }
}

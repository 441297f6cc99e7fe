import { type Arrivals, openConnection } from './connection.ts'
import { createCoder } from './opus.ts'
import { startPacer } from './pacer.ts'
import { createFramer } from './pcm.ts'
import type { AnswerOffer, Pcm, Peer } from './types.ts'

/** A browser checks a connection every few seconds, and sends sound 50 times a second while it has a microphone. */
const DEAD_AFTER_SECONDS = 5

/** A browser whose checks stay unanswered gives up after about 15 s. */
const CONNECT_WITHIN_SECONDS = 30

/** Which of 50 packets go missing: a tenth, alone and two together. */
const LOST = new Set([7, 8, 23, 24, 40])

/** Answers offers at an IPv4 address of this machine. */
export function answerOffersAt(address: string): AnswerOffer {
  return async (offer, events, fault) => {
    let open = false
    const arrivals: Arrivals = {
      onOpen: () => void (open && events.onOpen()),
      onText: text => void (open && fault !== 'stalled-channel' && events.onMessage(text)),
      onSound(payload) {
        if (!open) return
        life.seen()
        microphone.hear(payload)
      },
      onLife() {
        if (open) life.seen()
        return fault !== 'ice-failure'
      },
      onGone(why) {
        if (!open) return
        close()
        events.onClosed(why)
      },
    }
    const connection = await openConnection(offer, address, arrivals)
    const microphone = createMicrophone(events.onFrame)
    const pacer = startPacer(connection.sendSound)
    const life = watchLife(arrivals.onGone)
    open = true

    function close(): void {
      open = false
      life.stop()
      pacer.close()
      microphone.close()
      connection.close()
    }

    const peer: Peer = {
      answer: connection.answer,
      send: text => void (open && fault !== 'stalled-channel' && connection.sendText(text)),
      play: (packets, sound) => pacer.play(sound === 'lost-packets' ? packets.map(lose) : packets),
      close: () => void (open && close()),
    }
    return peer
  }
}

/** Answers offers of callers on this machine. */
export const answerOffer: AnswerOffer = answerOffersAt('127.0.0.1')

function lose(packet: Uint8Array, index: number): Uint8Array | undefined {
  return LOST.has(index % 50) ? undefined : packet
}

interface Microphone {
  hear(payload: Uint8Array): void
  close(): void
}

function createMicrophone(onFrame: (frame: Pcm) => void): Microphone {
  const coder = createCoder()
  const cut = createFramer(onFrame)
  return {
    close: coder.close,
    hear(payload) {
      const pcm = decoded(payload)
      if (pcm) cut(pcm)
    },
  }

  function decoded(payload: Uint8Array): Pcm | undefined {
    try {
      return coder.decode(payload)
    } catch {
      // A packet that is no Opus is as good as lost.
      return undefined
    }
  }
}

interface Life {
  seen(): void
  stop(): void
}

/** A closed tab says nothing. Seconds are counted, not measured, so that a machine that stood still ends no call. */
function watchLife(gone: (why: string) => void): Life {
  let begun = false
  let quiet = 0
  const timer = setInterval(() => {
    quiet++
    if (quiet > (begun ? DEAD_AFTER_SECONDS : CONNECT_WITHIN_SECONDS)) gone('nothing heard')
  }, 1_000)
  return {
    seen() {
      begun = true
      quiet = 0
    },
    stop: () => clearInterval(timer),
  }
}

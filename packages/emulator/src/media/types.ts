/** Samples, 24 kHz mono, 16 bit: what OpenAI calls `audio/pcm`. */
export type Pcm = Int16Array

/** Something said aloud: `pcm` and `packets` are the same sound. */
export type Speech = {
  /** What is said, word for word. */
  transcript: string
  pcm: Pcm
  /** Opus, 20 ms each. */
  packets: readonly Uint8Array[]
  durationMs: number
}

/** How a reply's sound goes wrong. */
export const audioFaults = ['silence', 'clipping', 'gaps', 'wrong-words', 'noise', 'lost-packets', 'late'] as const

export type AudioFault = (typeof audioFaults)[number]

/** Says a text in one of OpenAI's voices. */
export type Speak = (text: string, voice: string, fault?: AudioFault) => Promise<Speech>

/** Where in the stream of frames, from its beginning, a human started or stopped to speak. */
export type VadEvent = { type: 'started' | 'stopped'; atMs: number }

/** Voice activity detection over one stream of frames. */
export type Vad = {
  /** Takes the next 20 ms. */
  push(frame: Pcm): VadEvent | undefined
  /** Forgets a started speech; the clock runs on. */
  reset(): void
}

export type VadOptions = { threshold: number; prefixPaddingMs: number; silenceDurationMs: number }

export type CreateVad = (options: VadOptions) => Vad

/** What a peer tells the session behind it. */
export type PeerEvents = {
  /** The data channel `oai-events` is open. */
  onOpen(): void
  /** One JSON event of the client's. */
  onMessage(text: string): void
  /** The next 20 ms of the microphone. */
  onFrame(pcm: Pcm): void
  /** The other side has gone; called once, and not after `close()`. */
  onClosed(why: string): void
}

/** A reply on its way out. */
export type Playing = { stop(): void; done: Promise<'finished' | 'stopped'> }

/** This end of a WebRTC call. */
export type Peer = {
  /** The SDP answer. */
  answer: string
  /** One JSON event to the client; dropped once closed. */
  send(text: string): void
  /** Sends these packets at the pace of speech. */
  play(packets: readonly Uint8Array[], fault?: AudioFault): Playing
  close(): void
}

/** How a connection goes wrong. */
export type PeerFault = 'ice-failure' | 'stalled-channel'

/** Answers a browser's SDP offer. @throws InvalidOffer when it is none. */
export type AnswerOffer = (offer: string, events: PeerEvents, fault?: PeerFault) => Promise<Peer>

/** The offer is not SDP that can be answered. */
export class InvalidOffer extends Error {
  override name = 'InvalidOffer'
}

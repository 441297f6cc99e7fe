import type { AnswerOffer, CreateVad, Speak } from '../media/types.ts'
import { stubPeers } from './stub-peer.ts'
import { tone } from './tone.ts'

/** What carries and makes sound. */
export type Media = { answerOffer: AnswerOffer; speak: Speak; createVad: CreateVad }

/** Loaded when the first session needs it, since most emulators only mint. */
const real = async (address: string): Promise<Media> => {
  const [peer, speech, vad] = await Promise.all([
    import('../media/peer.ts'),
    import('../media/speech.ts'),
    import('../media/vad.ts'),
  ])
  return { answerOffer: peer.answerOffersAt(address), speak: speech.speak, createVad: vad.createVad }
}

/** No WebRTC and no voice: sound is timed by the clock and each word is a beep. */
const stubbed = async (): Promise<Media> => {
  const { createVad } = await import('../media/vad.ts')
  return { answerOffer: stubPeers, speak: tone, createVad }
}

/**
 * @param address the IPv4 address of this machine that sound is exchanged at; without it there are only stubs.
 * @returns what loads the media, once.
 */
export const createMedia = (address: string | undefined): (() => Promise<Media>) => {
  let loading: Promise<Media> | undefined
  return () => {
    loading ??= address === undefined ? stubbed() : real(address)
    return loading
  }
}

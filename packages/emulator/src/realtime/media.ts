import type { AnswerOffer, CreateVad, Speak } from '../media/types.ts'
import { stubPeers } from './stub-peer.ts'
import { tone } from './tone.ts'

/** What carries and makes sound. */
export type Media = { answerOffer: AnswerOffer; speak: Speak; createVad: CreateVad }

/** Loaded when the first session needs it, since most emulators only mint. */
const real = async (): Promise<Media> => {
  const [peer, speech, vad] = await Promise.all([
    import('../media/peer.ts'),
    import('../media/speech.ts'),
    import('../media/vad.ts'),
  ])
  return { answerOffer: peer.answerOffer, speak: speech.speak, createVad: vad.createVad }
}

/** No WebRTC and no voice: sound is timed by the clock and each word is a beep. */
const stubbed = async (): Promise<Media> => {
  const { createVad } = await import('../media/vad.ts')
  return { answerOffer: stubPeers, speak: tone, createVad }
}

/** @returns what loads the media, once. */
export const createMedia = (enabled: boolean): (() => Promise<Media>) => {
  let loading: Promise<Media> | undefined
  return () => {
    loading ??= enabled ? real() : stubbed()
    return loading
  }
}

import { FRAME_MS } from '../media/pcm.ts'
import { type AnswerOffer, InvalidOffer, type Playing } from '../media/types.ts'

/** An answer of the recorded shape to whatever was offered. No media will come: its fingerprint is made up. */
const ANSWER = [
  'v=0',
  'o=- 0 0 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0 1',
  'a=ice-lite',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  'c=IN IP4 127.0.0.1',
  'a=mid:0',
  'a=sendrecv',
  'a=rtpmap:111 opus/48000/2',
  'a=setup:active',
  'a=ice-ufrag:stub',
  'a=ice-pwd:stubstubstubstubstubstub',
  `a=fingerprint:sha-256 ${Array(32).fill('00').join(':')}`,
  'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
  'c=IN IP4 127.0.0.1',
  'a=mid:1',
  'a=sctp-port:5000',
  '',
].join('\r\n')

const wait = (ms: number): Playing => {
  const { promise: done, resolve } = Promise.withResolvers<'finished' | 'stopped'>()
  const timer = setTimeout(resolve, ms, 'finished' as const)
  return {
    done,
    stop: () => {
      clearTimeout(timer)
      resolve('stopped')
    },
  }
}

/** Answers any offer without WebRTC; the channel counts as open at once. */
export const stubPeers: AnswerOffer = async (offer, events) => {
  if (!/^v=0\r?\n/.test(offer) || !/^m=audio /m.test(offer)) throw new InvalidOffer('neither version nor audio')
  setImmediate(events.onOpen)
  return { answer: ANSWER, send: () => {}, play: packets => wait(packets.length * FRAME_MS), close: () => {} }
}

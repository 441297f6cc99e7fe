import type { MediaStreamTrack, RTCDataChannel, RTCPeerConnection } from 'werift'
import type { Place } from './pacer.ts'
import { onlyOn, readOffer } from './sdp.ts'
import { InvalidOffer } from './types.ts'

/** Loaded with the first call: an emulator that only mints does without its memory. */
export const loadWebRtc = () => import('werift')

/** What comes from the other side. */
export interface Arrivals {
  /** The data channel is open. */
  onOpen(): void
  onText(text: string): void
  /** The payload of one RTP packet. */
  onSound(payload: Uint8Array): void
  /** Any sign of life: sound, or a STUN check. False leaves the check unanswered. */
  onLife(): boolean
  /** The other side closed, or could not be reached. May come more than once. */
  onGone(why: string): void
}

/** A WebRTC connection with one sound each way and one data channel. */
export interface Connection {
  /** The SDP answer. */
  answer: string
  sendSound(packet: Uint8Array, place: Place): void
  /** Dropped unless the channel is open. */
  sendText(text: string): void
  close(): void
}

const PAYLOAD_TYPE = 111

/** RTP counts Opus at 48 kHz, whatever it was made from (RFC 7587). */
const TICKS_A_PACKET = 960

/** Answers an offer at one IPv4 address of this machine. @throws InvalidOffer */
export async function openConnection(offer: string, address: string, arrivals: Arrivals): Promise<Connection> {
  const cleaned = readOffer(offer)
  const { MediaStreamTrack } = await loadWebRtc()
  const track = new MediaStreamTrack({ kind: 'audio' })
  const peer = await newPeer(address, arrivals.onLife)
  peer.addTransceiver(track, { direction: 'sendrecv' })
  const sendText = listen(peer, arrivals)
  const close = () => void peer.close().catch(() => {})
  try {
    await peer.setRemoteDescription({ type: 'offer', sdp: cleaned })
    await peer.setLocalDescription(await peer.createAnswer())
  } catch (error) {
    close()
    throw new InvalidOffer(`cannot be answered: ${error instanceof Error ? error.message : error}`)
  }
  const answer = onlyOn(address, peer.localDescription?.sdp ?? '')
  return { answer, sendSound: await soundSender(track), sendText, close }
}

async function newPeer(address: string, onStun: () => boolean): Promise<RTCPeerConnection> {
  const { RTCPeerConnection, RTCRtpCodecParameters } = await loadWebRtc()
  const opus = new RTCRtpCodecParameters({
    mimeType: 'audio/opus',
    clockRate: 48_000,
    channels: 2,
    payloadType: PAYLOAD_TYPE,
    parameters: 'minptime=10;useinbandfec=1',
  })
  return new RTCPeerConnection({
    codecs: { audio: [opus], video: [] },
    headerExtensions: { audio: [], video: [] },
    // The default is a STUN server on the Internet.
    iceServers: [],
    iceLite: true,
    iceUseIpv6: false,
    iceAdditionalHostAddresses: [address],
    iceInterfaceAddresses: { udp4: address },
    iceFilterStunResponse: onStun,
  })
}

/** Passes on what arrives; returns what sends on the channel that the other side opens. */
function listen(peer: RTCPeerConnection, arrivals: Arrivals): Connection['sendText'] {
  let channel: RTCDataChannel | undefined
  peer.onTrack.subscribe(track => track.onReceiveRtp.subscribe(({ payload }) => arrivals.onSound(payload)))
  peer.onDataChannel.subscribe(opened => {
    if (channel) return
    channel = opened
    opened.onMessage.subscribe(text => arrivals.onText(String(text)))
    opened.stateChanged.subscribe(state => {
      // It is handed over before it can be written to; what is sent at once must also come after its acknowledgement.
      if (state === 'open') queueMicrotask(arrivals.onOpen)
      if (state === 'closed') arrivals.onGone('data channel closed')
    })
  })
  peer.connectionStateChange.subscribe(state => {
    if (state === 'connected') skipUsedRecordNumbers(peer)
    if (state === 'failed') arrivals.onGone('connection failed')
  })
  for (const transport of peer.dtlsTransports)
    transport.onStateChange.subscribe(state => void (state === 'closed' && arrivals.onGone('DTLS closed')))
  return text => void (channel?.readyState === 'open' && channel.send(text))
}

/**
 * After the handshake werift numbers its DTLS records from 0 again. Chromium takes the early ones for replays and drops
 * them, and the first message on the channel arrives a second late. Numbers may be skipped.
 */
function skipUsedRecordNumbers(peer: RTCPeerConnection): void {
  for (const { dtls } of peer.dtlsTransports) if (dtls) dtls.dtls.recordSequenceNumber += 1000
}

async function soundSender(track: MediaStreamTrack): Promise<Connection['sendSound']> {
  const { RtpHeader, RtpPacket } = await loadWebRtc()
  return (packet, { index, first }) => {
    const header = new RtpHeader({
      payloadType: PAYLOAD_TYPE,
      marker: first,
      sequenceNumber: index % 2 ** 16,
      timestamp: (index * TICKS_A_PACKET) % 2 ** 32,
    })
    track.writeRtp(new RtpPacket(header, Buffer.from(packet)))
  }
}

import { asParkerError, ParkerError } from './errors.ts'
import type { ServerEvent } from './wire.ts'

/** The line to Parker: voice both ways, and events. */
export interface Line {
  readonly peer: RTCPeerConnection
  send(event: ServerEvent): void
}

interface Ends {
  microphone: MediaStream
  /** Exchanges the SDP offer for an answer. */
  place(offer: string): Promise<string>
  /** Gets Parker's voice. */
  voice(stream: MediaStream): void
  /** Gets each event. */
  receive(event: ServerEvent): void
  /** Told once, if an open line breaks. */
  lost(error: ParkerError): void
  /** Closes the line. */
  signal: AbortSignal
}

/** From the SDP answer to the first event. Measured over loopback: under 0.2 s; a slow mobile network takes seconds. */
const OPEN_TIMEOUT_MS = 12_000
/** ICE often heals by itself, for instance at a change of networks; the official SDK waits 5 s. */
const HEALING_MS = 8_000

/**
 * Opens the line; resolves with the first event that comes over it.
 * @throws ParkerError saying what stood in the way.
 */
export async function openLine(ends: Ends): Promise<Line> {
  const { microphone, place, voice, signal } = ends
  const peer = new RTCPeerConnection()
  signal.addEventListener('abort', () => peer.close())
  peer.ontrack = ({ track, streams }) => voice(streams[0] ?? new MediaStream([track]))
  for (const track of microphone.getAudioTracks()) peer.addTrack(track, microphone)
  const channel = peer.createDataChannel('oai-events')
  await peer.setLocalDescription()
  const answer = await place(peer.localDescription?.sdp ?? '')
  const accepted = peer.setRemoteDescription({ type: 'answer', sdp: answer }).catch(cause => {
    throw asParkerError(cause, 'openai-unreachable')
  })
  await Promise.all([accepted, firstEvent(peer, channel, ends)])
  watch(peer, channel, ends)
  return {
    peer,
    send: event => {
      if (channel.readyState === 'open') channel.send(JSON.stringify(event))
    },
  }
}

function firstEvent(peer: RTCPeerConnection, channel: RTCDataChannel, { receive, signal }: Ends): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = () => reject(new ParkerError(isThrough(peer) ? 'channel-stalled' : 'udp-blocked'))
    const timer = setTimeout(fail, OPEN_TIMEOUT_MS)
    signal.addEventListener('abort', () => clearTimeout(timer))
    peer.addEventListener('iceconnectionstatechange', () => peer.iceConnectionState === 'failed' && fail())
    channel.addEventListener('close', fail)
    channel.onmessage = ({ data }) => {
      clearTimeout(timer)
      resolve()
      const event = parse(data)
      if (event) receive(event)
    }
  })
}

/** Whether packets get through. */
function isThrough({ iceConnectionState }: RTCPeerConnection): boolean {
  return ['connected', 'completed'].includes(iceConnectionState)
}

function watch(peer: RTCPeerConnection, channel: RTCDataChannel, { lost, signal }: Ends): void {
  const lose = () => lost(new ParkerError(navigator.onLine === false ? 'offline' : 'call-lost'))
  let healing: ReturnType<typeof setTimeout> | undefined
  signal.addEventListener('abort', () => clearTimeout(healing))
  channel.addEventListener('close', () => lost(new ParkerError('session-ended')))
  peer.addEventListener('connectionstatechange', () => {
    clearTimeout(healing)
    if (peer.connectionState === 'failed') lose()
    if (peer.connectionState === 'disconnected') healing = setTimeout(lose, HEALING_MS)
  })
}

/** What cannot be read is left out. */
function parse(data: unknown): ServerEvent | undefined {
  try {
    const event = JSON.parse(String(data))
    return typeof event?.type === 'string' ? event : undefined
  } catch {
    return undefined
  }
}

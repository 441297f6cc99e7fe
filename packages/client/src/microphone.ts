import { asParkerError, type ErrorCode, ParkerError } from './errors.ts'

/** Names of the DOMExceptions of `getUserMedia` (Media Capture and Streams, 10.2); the others are of a busy microphone. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  NotAllowedError: 'microphone-blocked',
  SecurityError: 'microphone-blocked',
  NotFoundError: 'microphone-missing',
  OverconstrainedError: 'microphone-missing',
}

const VOICE = { echoCancellation: true, noiseSuppression: true, autoGainControl: true }

/**
 * Opens the microphone until the signal ends it; asks the user where the browser wants that.
 * @param lost told when it goes away meanwhile, for instance unplugged.
 * @throws ParkerError saying why there is none.
 */
export async function openMicrophone(signal: AbortSignal, lost: () => void): Promise<MediaStream> {
  if (!navigator.mediaDevices) throw new ParkerError('microphone-insecure')
  const stream = await navigator.mediaDevices.getUserMedia({ audio: VOICE }).catch(refuse)
  const release = () => {
    for (const track of stream.getTracks()) track.stop()
  }
  for (const track of stream.getTracks()) track.onended = lost
  signal.addEventListener('abort', release)
  if (signal.aborted) release()
  return stream
}

function refuse(cause: DOMException): never {
  throw asParkerError(cause, CODES[cause.name] ?? 'microphone-busy')
}

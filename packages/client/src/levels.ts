/** Loudness now, as root mean square of the samples, 0 to 1. Speech is about 0.02 to 0.3. */
export interface Levels {
  microphone: number
  parker: number
}

/** Above this something can be heard: −40 dB of full scale, where the emulator's voice detection begins too. */
export const AUDIBLE = 0.01

const TICK_MS = 40
/** About 21 ms at 48 kHz. */
const SAMPLES = 1024

/**
 * Measures both ends some 25 times a second until the signal ends it. Tells `undefined` while the browser does not let it
 * hear anything: during a phone call, say, or where it wants a click first (Chromium does not, of a page that has the
 * microphone).
 */
export function measureLevels(
  microphone: MediaStream,
  parker: MediaStream,
  signal: AbortSignal,
  tell: (levels: Levels | undefined) => void,
): void {
  const context = new AudioContext()
  const [own, other] = [meter(context, microphone), meter(context, parker)]
  const tick = () => tell(context.state === 'running' ? { microphone: own(), parker: other() } : undefined)
  const timer = setInterval(tick, TICK_MS)
  const resume = () => void context.resume().catch(() => {})
  resume()
  addEventListener('click', resume, { capture: true, signal })
  signal.addEventListener('abort', () => {
    clearInterval(timer)
    context.close()
  })
}

function meter(context: AudioContext, stream: MediaStream): () => number {
  const analyser = new AnalyserNode(context, { fftSize: SAMPLES })
  context.createMediaStreamSource(stream).connect(analyser)
  const samples = new Float32Array(SAMPLES)
  return () => {
    analyser.getFloatTimeDomainData(samples)
    return Math.hypot(...samples) / Math.sqrt(SAMPLES)
  }
}

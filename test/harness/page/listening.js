/**
 * Runs before a page's own scripts: remembers every peer connection that the page makes, and measures what it hears.
 * Read through `test/harness/listening.ts`.
 */
;(() => {
  const EVERY_MS = 20
  /** A minute. */
  const MOST = 3_000

  const peers = []
  const levels = []

  const Original = window.RTCPeerConnection
  window.RTCPeerConnection = class RTCPeerConnection extends Original {
    constructor(...settings) {
      super(...settings)
      peers.push(this)
      this.addEventListener('track', ({ track }) => measure(new MediaStream([track])))
    }
  }

  function measure(stream) {
    // Chromium decodes a remote stream only where an element plays it.
    const sink = new Audio()
    sink.muted = true
    sink.srcObject = stream
    sink.play().catch(() => {})
    const context = new AudioContext()
    const analyser = context.createAnalyser()
    analyser.fftSize = 1024
    context.createMediaStreamSource(stream).connect(analyser)
    const wave = new Float32Array(analyser.fftSize)
    setInterval(() => {
      analyser.getFloatTimeDomainData(wave)
      const rms = Math.sqrt(wave.reduce((sum, sample) => sum + sample * sample, 0) / wave.length)
      levels.push({ atMs: performance.now(), rms })
      if (levels.length > MOST) levels.shift()
    }, EVERY_MS)
    // What is not referred to may be collected, and falls silent.
    kept.push(sink, context)
  }
  const kept = []

  async function stats() {
    const peer = peers.at(-1)
    const reports = peer ? [...(await peer.getStats()).values()] : []
    const inbound = reports.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'audio')
    const outbound = reports.find(({ type, kind }) => type === 'outbound-rtp' && kind === 'audio')
    return {
      state: peer?.connectionState ?? 'none',
      packetsReceived: inbound?.packetsReceived ?? 0,
      packetsLost: inbound?.packetsLost ?? 0,
      concealedSamples: (inbound?.concealedSamples ?? 0) - (inbound?.silentConcealedSamples ?? 0),
      jitterSeconds: inbound?.jitter ?? 0,
      totalAudioEnergy: inbound?.totalAudioEnergy ?? 0,
      packetsSent: outbound?.packetsSent ?? 0,
    }
  }

  window.listening = { levels, stats, peers }
})()

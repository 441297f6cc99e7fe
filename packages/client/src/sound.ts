/** Plays the voice until the signal ends it. Where the browser wants a click first, tells so and takes the next one. */
export function play(voice: MediaStream, audio: HTMLAudioElement, signal: AbortSignal, blocked: () => void): void {
  audio.srcObject = voice
  audio.play().catch(({ name }: DOMException) => {
    if (name !== 'NotAllowedError' || signal.aborted) return
    blocked()
    const again = () =>
      audio
        .play()
        .then(() => removeEventListener('click', again))
        .catch(() => {})
    addEventListener('click', again, { signal })
  })
  signal.addEventListener('abort', () => {
    audio.srcObject = null
  })
}

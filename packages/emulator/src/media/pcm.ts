import type { Pcm } from './types.ts'

/** Samples a second of everything in this folder. */
export const SAMPLE_RATE = 24_000

export const SAMPLES_PER_MS = SAMPLE_RATE / 1000

/** The length of an Opus packet here. */
export const FRAME_MS = 20

/** Samples of one frame. */
export const FRAME = FRAME_MS * SAMPLES_PER_MS

const FULL_SCALE = 32_768

/** Root mean square in dB below full scale; −Infinity for silence and for nothing. */
export function rmsDbfs(pcm: Pcm): number {
  let sum = 0
  for (const sample of pcm) sum += sample * sample
  return 10 * Math.log10(sum / Math.max(1, pcm.length) / FULL_SCALE ** 2)
}

export function concat(...parts: readonly Pcm[]): Int16Array<ArrayBuffer> {
  const all = new Int16Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** Frames of 20 ms; the last one is filled up with silence. */
export function framesOf(pcm: Pcm): Pcm[] {
  return Array.from({ length: Math.ceil(pcm.length / FRAME) }, (_, index) => {
    const frame = pcm.slice(index * FRAME, (index + 1) * FRAME)
    return frame.length === FRAME ? frame : concat(frame, new Int16Array(FRAME - frame.length))
  })
}

/** Cuts a stream of samples into frames of 20 ms, whatever pieces it comes in. */
export function createFramer(take: (frame: Pcm) => void): (pcm: Pcm) => void {
  let rest: Pcm = new Int16Array(0)
  return pcm => {
    const all = rest.length === 0 ? pcm : concat(rest, pcm)
    const whole = all.length - (all.length % FRAME)
    for (const frame of framesOf(all.subarray(0, whole))) take(frame)
    rest = all.slice(whole)
  }
}

/** The same sound at 24 kHz, by straight lines between samples: enough for speech of a synthesiser. */
export function resampled(pcm: Pcm, rate: number): Pcm {
  const step = rate / SAMPLE_RATE
  return Int16Array.from({ length: Math.floor(pcm.length / step) }, (_, index) => {
    const at = Math.floor(index * step)
    const here = pcm[at] ?? 0
    return Math.round(here + ((pcm[at + 1] ?? here) - here) * (index * step - at))
  })
}

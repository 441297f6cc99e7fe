/**
 * Power of each frequency from 0 to half the rate (size / 2 + 1 bins) of one frame, whose length is a power of two.
 * Cooley and Tukey's radix-2 transform (1965), in place.
 */
export function powerSpectrum(frame: Float64Array): Float64Array {
  const size = frame.length
  const re = Float64Array.from(frame, (_, i) => frame[reversed(i, size)] ?? 0)
  const im = new Float64Array(size)
  for (let half = 1; half < size; half *= 2) butterflies(re, im, half)
  return Float64Array.from({ length: size / 2 + 1 }, (_, i) => (re[i] ?? 0) ** 2 + (im[i] ?? 0) ** 2)
}

function reversed(index: number, size: number): number {
  let result = 0
  for (let bit = 1, mirror = size >> 1; bit < size; bit <<= 1, mirror >>= 1) if (index & bit) result |= mirror
  return result
}

function butterflies(re: Float64Array, im: Float64Array, half: number): void {
  for (let k = 0; k < half; k++) {
    const [cos, sin] = [Math.cos((Math.PI * k) / half), -Math.sin((Math.PI * k) / half)]
    for (let a = k, b = k + half; b < re.length; a += 2 * half, b += 2 * half) {
      const [ar, ai, br, bi] = [re[a] ?? 0, im[a] ?? 0, re[b] ?? 0, im[b] ?? 0]
      const [tr, ti] = [br * cos - bi * sin, br * sin + bi * cos]
      re[a] = ar + tr
      im[a] = ai + ti
      re[b] = ar - tr
      im[b] = ai - ti
    }
  }
}

/** Hann's window (periodic), which keeps loud frequencies out of the bins of quiet ones. */
export function hann(size: number): Float64Array {
  return Float64Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size))
}

/** The samples from one on, under a window; zeros past the end. */
export function windowed(samples: Float32Array, from: number, window: Float64Array): Float64Array {
  return window.map((weight, i) => weight * (samples[from + i] ?? 0))
}

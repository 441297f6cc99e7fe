/** A second-order filter: y = b0 x + b1 x' + b2 x'' - a1 y' - a2 y''. */
export interface Biquad {
  b: readonly [number, number, number]
  a: readonly [number, number]
}

/**
 * The two filters of ITU-R BS.1770-4, annex 1 (a head's high shelf, then the RLB high-pass), for any sample rate.
 * The standard tables them for 48 kHz only. Their analogue prototypes (frequency, gain, Q) and the bilinear transform are
 * those of libebur128 and of B. De Man, "Evaluation of Implementations of the EBU R128 Loudness Measurement" (AES 2018);
 * at 48 kHz they give the tabled coefficients back, which a test holds.
 */
export function kWeighting(rate: number): readonly [Biquad, Biquad] {
  return [
    highShelf(rate, 1681.974450955533, 3.999843853973347, 0.7071752369554196),
    highPass(rate, 38.13547087602444, 0.5003270373238773),
  ]
}

function highShelf(rate: number, hz: number, gainDb: number, q: number): Biquad {
  const k = Math.tan((Math.PI * hz) / rate)
  const high = 10 ** (gainDb / 20)
  const band = high ** 0.4996667741545416
  const a0 = 1 + k / q + k * k
  return {
    b: [(high + (band * k) / q + k * k) / a0, (2 * (k * k - high)) / a0, (high - (band * k) / q + k * k) / a0],
    a: [(2 * (k * k - 1)) / a0, (1 - k / q + k * k) / a0],
  }
}

function highPass(rate: number, hz: number, q: number): Biquad {
  const k = Math.tan((Math.PI * hz) / rate)
  const a0 = 1 + k / q + k * k
  return { b: [1, -2, 1], a: [(2 * (k * k - 1)) / a0, (1 - k / q + k * k) / a0] }
}

/** A filtered copy, from silence. */
export function filtered(samples: Float64Array | Float32Array, { b, a }: Biquad): Float64Array {
  let [x1, x2, y1, y2] = [0, 0, 0, 0]
  return Float64Array.from(samples, x => {
    const y = b[0] * x + b[1] * x1 + b[2] * x2 - a[0] * y1 - a[1] * y2
    ;[x2, x1, y2, y1] = [x1, x, y1, y]
    return y
  })
}

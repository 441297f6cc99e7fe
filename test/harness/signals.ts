import type { Sound } from '../../packages/server/src/voice/lab/sound.ts'

/** Signals whose figures are known from how they are made. */

const RATE = 24_000

interface Tone {
  hz: number
  seconds: number
  /** Peak, dB below full scale. */
  db: number
  /** Degrees at the start. */
  phase?: number
  rate?: number
}

export function tone({ hz, seconds, db, phase = 0, rate = RATE }: Tone): Sound {
  const amplitude = 10 ** (db / 20)
  const start = (phase * Math.PI) / 180
  const samples = Float32Array.from(
    { length: Math.round(seconds * rate) },
    (_, i) => amplitude * Math.sin((2 * Math.PI * hz * i) / rate + start),
  )
  return { samples, rate }
}

export function silence(seconds: number, rate = RATE): Sound {
  return { samples: new Float32Array(Math.round(seconds * rate)), rate }
}

/** White noise of this RMS level, the same each time (a linear congruential generator, Numerical Recipes' constants). */
export function noise(seconds: number, db: number, rate = RATE): Sound {
  const amplitude = 10 ** (db / 20) * Math.sqrt(3)
  let state = 1
  const samples = Float32Array.from({ length: Math.round(seconds * rate) }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return amplitude * (state / 2 ** 31 - 1)
  })
  return { samples, rate }
}

export function join(...sounds: [Sound, ...Sound[]]): Sound {
  const samples = new Float32Array(sounds.reduce((sum, sound) => sum + sound.samples.length, 0))
  let at = 0
  for (const sound of sounds) {
    samples.set(sound.samples, at)
    at += sound.samples.length
  }
  return { samples, rate: sounds[0].rate }
}

export function mix(a: Sound, b: Sound): Sound {
  return { samples: a.samples.map((sample, i) => sample + (b.samples[i] ?? 0)), rate: a.rate }
}

/** A buzz through resonances, as a throat makes it, in syllables of 0.2 s: speech at its crudest. */
export function babble({
  pitchHz,
  formantsHz,
  seconds,
}: {
  pitchHz: number
  formantsHz: number[]
  seconds: number
}): Sound {
  const samples = Float32Array.from({ length: Math.round(seconds * RATE) }, (_, i) => {
    const t = i / RATE
    const hz = pitchHz * (1 + 0.05 * Math.sin(2 * Math.PI * 0.7 * t))
    const syllable = Math.max(0, Math.sin((Math.PI * t) / 0.2) ** 2 - 0.1)
    let sum = 0
    for (let harmonic = 1; harmonic * hz < 5000; harmonic++) {
      const gain = formantsHz.reduce((g, formant) => g + 1 / (1 + ((harmonic * hz - formant) / 120) ** 2), 0.01)
      sum += gain * Math.sin(2 * Math.PI * harmonic * pitchHz * t)
    }
    return 0.08 * syllable * sum
  })
  return { samples, rate: RATE }
}

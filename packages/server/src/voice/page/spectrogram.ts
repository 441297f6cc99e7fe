import { hann, powerSpectrum, windowed } from '../lab/fft.ts'
import { powerDb, SILENCE_DB, type Sound } from '../lab/sound.ts'
import { hzAt } from './heights.ts'
import { png } from './png.ts'

const FRAME = 512
const WIDTH = 720
const HEIGHT = 128
/** From the loudest down. */
const RANGE_DB = 70
/** Few shades: the eye sees no more, and the file is a third as large. */
const SHADES = 32

type Colour = readonly [number, number, number]

/** Dark to bright, evenly for the eye and for the colour-blind: stops of matplotlib's "magma" (S. van der Walt, N. Smith). */
const STOPS: readonly Colour[] = [
  [0, 0, 4],
  [40, 17, 89],
  [114, 31, 129],
  [182, 54, 121],
  [241, 96, 93],
  [254, 175, 119],
  [252, 253, 191],
]

const PALETTE = Array.from({ length: SHADES }, (_, i) => shade(i / (SHADES - 1)))

function shade(level: number): Colour {
  const at = level * (STOPS.length - 1)
  const [low, high] = [STOPS[Math.floor(at)] as Colour, STOPS[Math.ceil(at)] as Colour]
  const mix = (channel: 0 | 1 | 2) => Math.round(low[channel] + (high[channel] - low[channel]) * (at % 1))
  return [mix(0), mix(1), mix(2)]
}

/** A PNG of the sound's spectrum over time, time to the right and pitch upwards. */
export function spectrogram({ samples, rate }: Sound): Buffer {
  const window = hann(FRAME)
  const columns = Array.from({ length: WIDTH }, (_, x) => {
    const from = Math.round((x / WIDTH) * Math.max(0, samples.length - FRAME))
    return powerSpectrum(windowed(samples, from, window)).map(powerDb)
  })
  const loudest = columns.reduce((db, column) => column.reduce((a, b) => Math.max(a, b), db), SILENCE_DB + RANGE_DB)
  const pixels = new Uint8Array(WIDTH * HEIGHT)
  for (let y = 0; y < HEIGHT; y++) {
    const bin = (hzAt((HEIGHT - 1 - y) / (HEIGHT - 1)) * FRAME) / rate
    for (const [x, column] of columns.entries()) pixels[y * WIDTH + x] = shadeOf(between(column, bin), loudest)
  }
  return png({ width: WIDTH, height: HEIGHT, pixels, palette: PALETTE })
}

function between(column: Float64Array, bin: number): number {
  const [low, share] = [Math.floor(bin), bin % 1]
  return (column[low] ?? SILENCE_DB) * (1 - share) + (column[low + 1] ?? SILENCE_DB) * share
}

function shadeOf(db: number, loudest: number): number {
  const level = 1 + (db - loudest) / RANGE_DB
  return Math.round(Math.max(0, Math.min(1, level)) * (SHADES - 1))
}

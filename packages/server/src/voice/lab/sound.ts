/** Mono audio. */
export interface Sound {
  /** -1 to 1, full scale. */
  readonly samples: Float32Array
  /** Samples a second. */
  readonly rate: number
}

/** OpenAI's `audio/pcm`: 16 bit, mono, little-endian, 24 kHz. */
const PCM_RATE = 24_000

const FULL_SCALE = 32_768
const HEADER_BYTES = 44

/** Reads 16-bit little-endian PCM; half a sample at the end is left out. */
export function fromPcm(bytes: Uint8Array, rate = PCM_RATE): Sound {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const samples = Float32Array.from(
    { length: bytes.byteLength >> 1 },
    (_, i) => view.getInt16(2 * i, true) / FULL_SCALE,
  )
  return { samples, rate }
}

/** Rounds to 16 bits; what is over full scale is cut off there. */
export function toPcm({ samples }: Sound): Uint8Array {
  const view = new DataView(new ArrayBuffer(samples.length * 2))
  samples.forEach((sample, i) => {
    view.setInt16(2 * i, Math.max(-FULL_SCALE, Math.min(FULL_SCALE - 1, Math.round(sample * FULL_SCALE))), true)
  })
  return new Uint8Array(view.buffer)
}

/** A WAV file: RIFF header of 44 bytes, one chunk of 16-bit PCM. */
export function toWav(sound: Sound): Buffer {
  const pcm = toPcm(sound)
  const header = Buffer.alloc(HEADER_BYTES)
  header.write('RIFF', 0, 'latin1')
  header.writeUInt32LE(HEADER_BYTES - 8 + pcm.length, 4)
  header.write('WAVEfmt ', 8, 'latin1')
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(sound.rate, 24)
  header.writeUInt32LE(sound.rate * 2, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36, 'latin1')
  header.writeUInt32LE(pcm.length, 40)
  return Buffer.concat([header, pcm])
}

/** Reads a file that `toWav` wrote. Throws on any other, also on a part of one. */
export function fromWav(file: Buffer): Sound {
  const known =
    file.length >= HEADER_BYTES && file.toString('latin1', 8, 16) === 'WAVEfmt ' && file.readUInt16LE(34) === 16
  if (!known || file.readUInt16LE(22) !== 1) throw new Error('not a WAV file of 16-bit mono PCM with a plain header')
  const pcm = file.subarray(HEADER_BYTES)
  if (pcm.length !== file.readUInt32LE(40)) throw new Error('not as many bytes as the header says')
  return fromPcm(pcm, file.readUInt32LE(24))
}

/** Seconds. */
export function durationOf({ samples, rate }: Sound): number {
  return samples.length / rate
}

/** What silence has, decibels: 16 bits hold about 96 of them, so below this there is nothing. */
export const SILENCE_DB = -100

/** Decibels of a power (1 is full scale squared), never below `SILENCE_DB`. */
export function powerDb(power: number): number {
  return Math.max(SILENCE_DB, 10 * Math.log10(power))
}

/** Mean of the squares from one sample up to another; 0 where there are none. */
export function meanSquare(samples: Float32Array, from = 0, to = samples.length): number {
  let sum = 0
  for (let i = from; i < to; i++) sum += (samples[i] ?? 0) ** 2
  return to > from ? sum / (to - from) : 0
}

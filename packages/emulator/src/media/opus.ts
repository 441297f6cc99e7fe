import { createRequire } from 'node:module'
import { FRAME, SAMPLE_RATE } from './pcm.ts'
import type { Pcm } from './types.ts'

/** What opusscript's WebAssembly offers; integers are addresses and lengths. */
interface Native {
  HEAPU8: Uint8Array
  HEAPU16: Uint16Array
  _malloc(bytes: number): number
  OpusScriptHandler: {
    new (rate: number, channels: number, application: number): Handler
    destroy_handler(handler: Handler): void
  }
}

interface Handler {
  /** Lengths in bytes and in samples; the length of the packet, or a negative error. */
  _encode(pcm: number, bytes: number, packet: number, samples: number): number
  /** The number of samples, or a negative error. */
  _decode(packet: number, bytes: number, pcm: number): number
  _encoder_ctl(request: number, value: number): number
}

/** A coder has a state, so each stream has its own. Its memory is WebAssembly's: `close` it. */
export interface Coder {
  /** One packet of exactly 20 ms. */
  encode(frame: Pcm): Uint8Array
  /** Whatever the packet holds, up to 120 ms. @throws Error when it is no Opus. */
  decode(packet: Uint8Array): Pcm
  close(): void
}

/** Twenty milliseconds of nothing: Opus's own shortest frame for that. */
export const SILENCE: Uint8Array = Uint8Array.of(0xf8, 0xff, 0xfe)

const VOIP = 2048
const SET_BITRATE = 4002
const SET_COMPLEXITY = 4010

/** Ample for one voice. */
const BITRATE = 32_000

/** Of 0 to 10: here a frame costs about half of what it does at 10, and nobody hears it. */
const COMPLEXITY = 5

/** RFC 6716, 3.4: the longest packet of one frame. */
const MAX_PACKET = 1275

/** Room that opusscript counts on: for a packet, in bytes, and for decoded samples. */
const PACKET_ROOM = 1276 * 3
const SAMPLE_ROOM = 5760

/**
 * Opusscript's own JavaScript hands out views at twice the address that it allocated, so that several coders write over
 * each other. So its WebAssembly is used directly, through two buffers that all coders share: nothing here is
 * asynchronous. Its convention is kept: a 16-bit cell holds one byte of a sample, the low one first.
 */
function load(): { native: Native; pcm: number; packet: number } {
  const native: Native = createRequire(import.meta.url)('opusscript/build/opusscript_native_wasm.js')()
  return { native, pcm: native._malloc(SAMPLE_ROOM * 4), packet: native._malloc(PACKET_ROOM) }
}

let loaded: ReturnType<typeof load> | undefined

/** A coder for 24 kHz mono. The first one loads the codec. */
export function createCoder(): Coder {
  loaded ??= load()
  const { native, pcm, packet } = loaded
  const handler = new native.OpusScriptHandler(SAMPLE_RATE, 1, VOIP)
  handler._encoder_ctl(SET_BITRATE, BITRATE)
  handler._encoder_ctl(SET_COMPLEXITY, COMPLEXITY)
  return {
    encode(frame) {
      native.HEAPU16.set(new Uint8Array(frame.buffer, frame.byteOffset, FRAME * 2), pcm / 2)
      const length = handler._encode(pcm, FRAME * 2, packet, FRAME)
      if (length < 0) throw new Error(`Opus would not encode: ${length}`)
      return native.HEAPU8.slice(packet, packet + length)
    },
    decode(bytes) {
      if (bytes.length === 0 || bytes.length > MAX_PACKET) throw new Error(`no Opus packet has ${bytes.length} bytes`)
      native.HEAPU8.set(bytes, packet)
      const length = handler._decode(packet, bytes.length, pcm)
      if (length < 0) throw new Error(`not Opus: ${length}`)
      const cells = native.HEAPU16.subarray(pcm / 2, pcm / 2 + length * 2)
      return new Int16Array(Uint8Array.from(cells).buffer)
    },
    close: () => native.OpusScriptHandler.destroy_handler(handler),
  }
}

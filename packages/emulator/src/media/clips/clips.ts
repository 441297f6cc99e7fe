import { readFileSync } from 'node:fs'
import type { Spoken } from '../espeak.ts'
import { createCoder } from '../opus.ts'
import { concat, SAMPLE_RATE } from '../pcm.ts'
import { synthesiserVoice } from '../voices.ts'

/** One of `clips.json`: `opus` is base64 of packets, each behind its length in two bytes, the low one first. */
interface Clip {
  transcript: string
  opus: string
}

/** The pitch that the clips were made with. */
const CLIP_PITCH = 50

let clips: Clip[] | undefined

/**
 * Words to say where there is no synthesiser: not those of the text, but for the same text always the same. Played
 * faster or slower, so that voices differ in pitch.
 */
export function clipFor(text: string, voice: string): Spoken {
  clips ??= JSON.parse(readFileSync(new URL('clips.json', import.meta.url), 'utf8')) as Clip[]
  const sum = [...text].reduce((total, character) => total + (character.codePointAt(0) ?? 0), 0)
  const { transcript, opus } = clips[sum % clips.length] as Clip
  const octaves = (synthesiserVoice(voice).pitch - CLIP_PITCH) / 100
  return { transcript, pcm: decoded(Buffer.from(opus, 'base64')), rate: SAMPLE_RATE * 2 ** octaves }
}

function decoded(packed: Buffer): Int16Array {
  const coder = createCoder()
  const frames: Int16Array[] = []
  for (let at = 0; at < packed.length; ) {
    const end = at + 2 + packed.readUInt16LE(at)
    frames.push(coder.decode(packed.subarray(at + 2, end)))
    at = end
  }
  coder.close()
  return concat(...frames)
}

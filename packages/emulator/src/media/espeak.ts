import { spawn } from 'node:child_process'
import { buffer } from 'node:stream/consumers'
import type { Pcm } from './types.ts'
import { synthesiserVoice } from './voices.ts'

/** The rate that espeak-ng speaks at, and the size of the header that it writes. */
const ESPEAK_RATE = 22_050
const WAV_HEADER = 44

/** Far more than the longest text needs. */
const MAX_MS = 20_000

/** Words said aloud, as the source has them. */
export interface Spoken {
  transcript: string
  pcm: Pcm
  /** Samples a second. */
  rate: number
}

/**
 * Says a text with espeak-ng. `undefined` where there is none on PATH.
 * The text goes in by standard input, so that no text can be an option; `[[` would begin phoneme codes.
 * @throws Error when espeak-ng fails.
 */
export async function espeak(text: string, voice: string): Promise<Spoken | undefined> {
  const { variant, pitch, wordsPerMinute } = synthesiserVoice(voice)
  const words = [
    '-v',
    `en-us+${variant}`,
    '-p',
    `${pitch}`,
    '-s',
    `${wordsPerMinute}`,
    '-b',
    '1',
    '--stdin',
    '--stdout',
  ]
  const child = spawn('espeak-ng', words, { stdio: ['pipe', 'pipe', 'ignore'], signal: AbortSignal.timeout(MAX_MS) })
  const ended = new Promise<number | null | 'absent'>((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? resolve('absent') : reject(error)))
    child.once('close', resolve)
  })
  // It may end without reading all; how it ended tells why.
  child.stdin.on('error', () => {})
  child.stdin.end(text.replaceAll('[[', '[ ['))
  const [wav, code] = await Promise.all([buffer(child.stdout), ended])
  if (code === 'absent') return undefined
  if (code !== 0) throw new Error(`espeak-ng ended with ${code}`)
  return { transcript: text, pcm: samplesOf(wav), rate: ESPEAK_RATE }
}

function samplesOf(wav: Buffer): Pcm {
  const length = Math.max(0, Math.floor((wav.length - WAV_HEADER) / 2))
  return Int16Array.from({ length }, (_, index) => wav.readInt16LE(WAV_HEADER + index * 2))
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { speak } from '../../packages/emulator/src/media/speech.ts'

/** Chromium's fake microphone takes this rate only. */
const RATE = 48_000

/** A WAV for `openVoiceBrowser`, and how long the speech in it is. */
export interface SpeechWav {
  path: string
  speechMs: number
}

/** Someone says a text, after a silence and with another one behind it, so that turn detection sees both ends. */
export async function speechWav(text: string, { beforeMs = 500, afterMs = 1_500 } = {}): Promise<SpeechWav> {
  const { pcm, durationMs } = await speak(text, 'ash')
  const data = Buffer.alloc(2 * samples(beforeMs + durationMs + afterMs))
  // Twice the rate: every sample twice.
  for (const [index, sample] of pcm.entries())
    for (const half of [0, 1]) data.writeInt16LE(sample, 2 * (samples(beforeMs) + 2 * index + half))
  const folder = mkdtempSync(join(tmpdir(), 'parker-speech-'))
  process.once('exit', () => rmSync(folder, { recursive: true }))
  const path = join(folder, 'speech.wav')
  writeFileSync(path, Buffer.concat([header(data.length), data]))
  return { path, speechMs: durationMs }
}

function samples(ms: number): number {
  return Math.ceil((ms / 1000) * RATE)
}

/** RIFF, one channel of 16 bit. */
function header(bytes: number): Buffer {
  const riff = Buffer.alloc(44)
  riff.write('RIFF', 0)
  riff.writeUInt32LE(36 + bytes, 4)
  riff.write('WAVEfmt ', 8)
  riff.writeUInt32LE(16, 16)
  riff.writeUInt16LE(1, 20)
  riff.writeUInt16LE(1, 22)
  riff.writeUInt32LE(RATE, 24)
  riff.writeUInt32LE(RATE * 2, 28)
  riff.writeUInt16LE(2, 32)
  riff.writeUInt16LE(16, 34)
  riff.write('data', 36)
  riff.writeUInt32LE(bytes, 40)
  return riff
}

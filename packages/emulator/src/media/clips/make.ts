/**
 * Makes `clips.json`: `node packages/emulator/src/media/clips/make.ts`, with espeak-ng on PATH.
 * The words were written for this. Espeak-ng is under the GPL 3; what it says is not a part of it, so its licence does
 * not reach these clips, and they stand under this package's own.
 */
import { writeFileSync } from 'node:fs'
import { speak } from '../speech.ts'

const WORDS = [
  'I hear you loud and clear, and I am ready to talk.',
  'That is a bold thing to say. Now tell me why you believe it.',
  'You may be right, but the numbers tell another story.',
  'What a finish! Nobody in the building saw that one coming.',
]

/** No voice of this name: it speaks neutrally. */
const VOICE = 'clip'

const clips = []
for (const words of WORDS) {
  const { transcript, packets } = await speak(words, VOICE)
  const packed = packets.map(packet => Buffer.concat([Buffer.of(packet.length & 255, packet.length >> 8), packet]))
  clips.push({ transcript, opus: Buffer.concat(packed).toString('base64') })
}
writeFileSync(new URL('clips.json', import.meta.url), `${JSON.stringify(clips, null, 2)}\n`)

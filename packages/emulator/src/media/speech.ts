import { setImmediate as breathe } from 'node:timers/promises'
import { clipFor } from './clips/clips.ts'
import { espeak } from './espeak.ts'
import { levelled, trimmed } from './loudness.ts'
import { createCoder } from './opus.ts'
import { concat, framesOf, resampled, SAMPLE_RATE } from './pcm.ts'
import { spoiled } from './spoil.ts'
import type { Pcm, Speak, Speech } from './types.ts'

/** Over two minutes; a longer text ends there, and the transcript tells so. */
const MAX_CHARACTERS = 2_000

/** About ten minutes of speech, 30 MB. */
const MAX_REMEMBERED_CHARACTERS = 9_000

/** Opus looks ahead; without this the last sound would stay in the encoder. */
const TAIL = new Int16Array(0.1 * SAMPLE_RATE)

/** As many frames cost 3 ms; other sessions' packets go out in between. */
const FRAMES_AT_ONCE = 25

const OTHER_WORDS = 'This is something else entirely. Seven grey herons are walking along the river.'

/** What was said lately, the oldest first. */
const remembered = new Map<string, Promise<Speech>>()

/** Says a text: by espeak-ng where it is on PATH, else in a clip's words, which the transcript then tells. */
export const speak: Speak = async (text, voice, fault) => {
  const clean = await recall(fault === 'wrong-words' ? OTHER_WORDS : text.slice(0, MAX_CHARACTERS), voice)
  if (!fault) return clean
  const pcm = spoiled(clean.pcm, fault)
  return pcm === clean.pcm ? clean : speechOf(clean.transcript, pcm)
}

/** The same words in the same voice are synthesised once. */
function recall(text: string, voice: string): Promise<Speech> {
  const key = `${voice}: ${text}`
  const speech = remembered.get(key) ?? utter(text, voice)
  // Last in the map is last to be forgotten.
  remembered.delete(key)
  remembered.set(key, speech)
  speech.catch(() => remembered.delete(key))
  forgetTheOldest()
  return speech
}

function forgetTheOldest(): void {
  let characters = 0
  for (const key of [...remembered.keys()].reverse()) {
    characters += key.length
    if (characters > MAX_REMEMBERED_CHARACTERS) remembered.delete(key)
  }
}

async function utter(text: string, voice: string): Promise<Speech> {
  const { transcript, pcm, rate } = (await espeak(text, voice)) ?? clipFor(text, voice)
  return speechOf(transcript, concat(trimmed(levelled(resampled(pcm, rate))), TAIL))
}

async function speechOf(transcript: string, pcm: Pcm): Promise<Speech> {
  const coder = createCoder()
  const packets: Uint8Array[] = []
  try {
    for (const frame of framesOf(pcm)) {
      packets.push(coder.encode(frame))
      if (packets.length % FRAMES_AT_ONCE === 0) await breathe()
    }
  } finally {
    coder.close()
  }
  return { transcript, pcm, packets, durationMs: Math.round((pcm.length / SAMPLE_RATE) * 1000) }
}

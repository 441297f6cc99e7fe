/** How espeak-ng stands in for a voice: a variant of its own, pitch 0..99, words a minute. */
export interface SynthesiserVoice {
  variant: string
  pitch: number
  wordsPerMinute: number
}

/** OpenAI's ten voices, each another person's. Likeness was not tried: the real ones cannot be synthesised here. */
const VOICES: Readonly<Record<string, SynthesiserVoice>> = {
  alloy: { variant: 'f1', pitch: 40, wordsPerMinute: 165 },
  ash: { variant: 'm1', pitch: 60, wordsPerMinute: 165 },
  ballad: { variant: 'm2', pitch: 55, wordsPerMinute: 150 },
  cedar: { variant: 'm7', pitch: 20, wordsPerMinute: 150 },
  coral: { variant: 'f3', pitch: 65, wordsPerMinute: 170 },
  echo: { variant: 'm4', pitch: 50, wordsPerMinute: 160 },
  marin: { variant: 'f2', pitch: 75, wordsPerMinute: 165 },
  sage: { variant: 'f4', pitch: 50, wordsPerMinute: 160 },
  shimmer: { variant: 'f5', pitch: 80, wordsPerMinute: 155 },
  verse: { variant: 'm3', pitch: 62, wordsPerMinute: 180 },
}

const NEUTRAL: SynthesiserVoice = { variant: 'm5', pitch: 50, wordsPerMinute: 165 }

/** A custom voice, or one that came later, speaks neutrally. */
export function synthesiserVoice(name: string): SynthesiserVoice {
  return Object.hasOwn(VOICES, name) ? (VOICES[name] ?? NEUTRAL) : NEUTRAL
}

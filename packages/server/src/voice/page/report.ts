import type { VoicePair } from '../lab/likeness.ts'
import type { TestResult } from '../lab/result.ts'
import type { Sound } from '../lab/sound.ts'

/** What a reply was for: a line to be said word for word, or an answer to a fan who greets, asks, or leads astray. */
export type Turn = 'line' | 'greeting' | 'question' | 'astray'

/** One reply in a report. */
export interface ReportClip {
  turn: Turn
  result: TestResult
  sound: Sound
  /** Its file beside the page; null: the page holds the sound itself. */
  file: string | null
  /** The same cell of an earlier run. */
  before: TestResult | null
}

export interface Report {
  /** ISO 8601, UTC. */
  madeAt: string
  /** Who spoke, in words: OpenAI or its stand-in. */
  speaker: string
  clips: readonly ReportClip[]
  voices: readonly VoicePair[]
  /** What the run cost in USD; null where nothing is billed, or the price is unknown. */
  usd: number | null
  /** Cells that could not be tested, each in a sentence. */
  failures: readonly string[]
  /** The earlier run that this one is compared with, in words. */
  baseline: string | null
}

/** Names a clip among its like: `verse · savage · hot take`. */
export function nameOf({ result, turn }: ReportClip): string {
  const { voice, difficulty, mode, sport } = result
  const of = turn === 'line' ? null : TURNS[turn]
  return [voice, difficulty, mode, sport, of].filter(Boolean).join(' · ').replaceAll('_', ' ')
}

export const TURNS: Record<Turn, string> = {
  line: 'the line',
  greeting: 'a greeting',
  question: 'a question',
  astray: 'led astray',
}

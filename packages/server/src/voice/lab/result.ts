import type { Clip } from './clipping.ts'
import type { Judgement, Verdict } from './judge.ts'
import type { Span } from './pauses.ts'
import type { Voiceprint } from './voiceprint.ts'
import type { Edit } from './words.ts'

/** What one reply was, and what was found in it: the JSON of `POST /v1/voice/test`. */
export interface TestResult {
  verdict: Verdict
  model: string
  voice: string
  difficulty: string
  sport: string | null
  mode: string | null
  /** ISO 8601, UTC. */
  tested_at: string
  /** What the fan's side wrote to Parker. */
  prompt: string
  /** The words to be said; null where Parker was free. */
  asked: string | null
  /** The transcript, which is the model's own account of what it said. */
  said: string
  checks: Judgement[]
  duration_seconds: number
  /** From the first sound of speech to the last; null in silence. */
  speech: Span | null
  pauses: Span[]
  clipping: Clip[]
  word_edits: Edit[]
  voiceprint: Voiceprint | null
  /** Tokens by kind, as OpenAI reported them. */
  tokens: Partial<Record<string, number>>
  /** By our table of prices; null for a model that is not in it. */
  usd: number | null
}

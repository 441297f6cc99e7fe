import { type Price, tokenCost } from '../../catalogue/prices.ts'
import type { Session } from '../../session.ts'
import { responseTokens } from '../../upstream/usage.ts'
import { judge, overall } from '../lab/judge.ts'
import type { Measurement } from '../lab/measure.ts'
import type { TestResult } from '../lab/result.ts'
import type { Prompt } from './prompt.ts'
import type { Reply } from './replies.ts'

/** One reply, and what it replied to. */
interface Tried {
  session: Session
  prompt: Prompt
  reply: Reply
  /** Unix milliseconds. */
  testedAt: number
}

/** What was found in a reply, with its judgement and its cost; `price` is undefined where the model's is not known. */
export function resultOf(
  { session, prompt, reply, testedAt }: Tried,
  found: Measurement,
  price: Price | undefined,
): TestResult {
  const checks = judge(found.figures)
  const tokens = responseTokens(reply.usage)
  return {
    verdict: overall(checks),
    model: session.model.served,
    voice: session.voice,
    difficulty: session.difficulty,
    sport: session.sport ?? null,
    mode: session.mode ?? null,
    tested_at: new Date(testedAt).toISOString(),
    prompt: prompt.text,
    asked: prompt.asked,
    said: reply.said,
    checks,
    duration_seconds: found.durationSeconds,
    speech: found.speech,
    pauses: found.pauses,
    clipping: found.clips,
    word_edits: found.edits,
    voiceprint: found.voiceprint,
    tokens,
    usd: price ? tokenCost(price, tokens) : null,
  }
}

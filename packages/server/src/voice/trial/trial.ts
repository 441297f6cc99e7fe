import { tokenCost } from '../../catalogue/prices.ts'
import type { Clock } from '../../clock.ts'
import type { Config } from '../../config/config.ts'
import { ServiceError } from '../../errors.ts'
import { decideSession, type Session, type SessionRequest } from '../../session.ts'
import { realtimeSession } from '../../upstream/forms.ts'
import { asServiceError } from '../../upstream/outcome.ts'
import { openRealtimeSocket, SocketRefused } from '../../upstream/socket.ts'
import { responseTokens } from '../../upstream/usage.ts'
import { judge, overall } from '../lab/judge.ts'
import type { TestResult } from '../lab/result.ts'
import type { Sound } from '../lab/sound.ts'
import { measureApart } from './apart.ts'
import { type Reply, recordReplies } from './replies.ts'

/** One thing that the fan writes to Parker in a test. */
export interface Prompt {
  text: string
  /** The words that Parker shall say; null where he is free. */
  asked: string | null
}

/** A reply with its judgement. */
export interface Tested {
  result: TestResult
  sound: Sound
}

/** The session may be named as for a token, without instructions and context of the caller's own. */
export type TrialRequest = Omit<SessionRequest, 'instructions' | 'context'>

/**
 * Has Parker speak in a real session over WebSocket, with the server's key, and judges each reply. Throws `ServiceError`;
 * `upstream_timeout` when the deadline passes first.
 */
export async function voiceTrial(
  config: Config,
  clock: Clock,
  request: TrialRequest,
  prompts: readonly Prompt[],
  signal: AbortSignal,
): Promise<Tested[]> {
  const session = decideSession(request, config, clock.now())
  const replies = await record(config, clock, session, prompts, signal)
  const tested: Tested[] = []
  for (const [i, reply] of replies.entries()) {
    const { text, asked } = prompts[i] as Prompt
    tested.push({ result: await resultOf(session, text, asked, reply, config.prices, clock.now()), sound: reply.sound })
  }
  return tested
}

async function record(
  config: Config,
  clock: Clock,
  session: Session,
  prompts: readonly Prompt[],
  signal: AbortSignal,
): Promise<Reply[]> {
  const target = { model: session.model.served }
  const texts = prompts.map(({ text }) => text)
  try {
    return await recordReplies(
      handlers => openRealtimeSocket(config, target, handlers, signal),
      realtimeSession(session, config),
      texts,
      clock,
      signal,
    )
  } catch (error) {
    if (error instanceof SocketRefused) throw asServiceError(error.failure, error)
    if (error instanceof Error && error.name === 'TimeoutError')
      throw new ServiceError('upstream_timeout', { cause: error })
    throw error
  }
}

async function resultOf(
  session: Session,
  prompt: string,
  asked: string | null,
  { usage, ...recorded }: Reply,
  prices: Config['prices'],
  now: number,
): Promise<TestResult> {
  const found = await measureApart({ ...recorded, asked })
  const checks = judge(found.figures)
  const price = prices[session.model.served]
  const tokens = responseTokens(usage)
  return {
    verdict: overall(checks),
    model: session.model.served,
    voice: session.voice,
    difficulty: session.difficulty,
    sport: session.sport ?? null,
    mode: session.mode ?? null,
    tested_at: new Date(now).toISOString(),
    prompt,
    asked,
    said: recorded.said,
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

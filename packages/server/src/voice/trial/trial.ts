import type { Clock } from '../../clock.ts'
import type { Config } from '../../config/config.ts'
import { ServiceError } from '../../errors.ts'
import { decideSession, type SessionRequest } from '../../session.ts'
import { realtimeSession } from '../../upstream/forms.ts'
import { asServiceError } from '../../upstream/outcome.ts'
import { openRealtimeSocket, SocketRefused } from '../../upstream/socket.ts'
import type { TestResult } from '../lab/result.ts'
import type { Sound } from '../lab/sound.ts'
import { measureApart } from './apart.ts'
import type { Prompt } from './prompt.ts'
import { type Open, recordReplies } from './replies.ts'
import { resultOf } from './result.ts'

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
  const model = session.model.served
  const open: Open = handlers => openRealtimeSocket(config, { model }, handlers, signal)
  const conversation = { session: realtimeSession(session, config), prompts: prompts.map(({ text }) => text) }
  const replies = await recordReplies(open, conversation, clock, signal).catch(refuse)
  const tested: Tested[] = []
  for (const [i, reply] of replies.entries()) {
    const tried = { session, prompt: prompts[i] as Prompt, reply, testedAt: clock.now() }
    const { usage, ...recorded } = reply
    const found = await measureApart({ ...recorded, asked: tried.prompt.asked })
    tested.push({ result: resultOf(tried, found, config.prices[model]), sound: reply.sound })
  }
  return tested
}

/** Throws the service's error for what ended a recording. */
function refuse(error: unknown): never {
  if (error instanceof SocketRefused) throw asServiceError(error.failure, error)
  if (error instanceof Error && error.name === 'TimeoutError')
    throw new ServiceError('upstream_timeout', { cause: error })
  throw error
}

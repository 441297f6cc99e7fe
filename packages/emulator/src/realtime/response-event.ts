import type { RealtimeResponseStatus } from 'openai/resources/realtime/realtime'
import type { ResponseContext, ResponseSettings } from './response-settings.ts'
import type { ServerEvent } from './server-events.ts'

export type Status = NonNullable<RealtimeResponseStatus['type']>

/** OpenAI's own number, as recorded. */
const TOKENS_PER_MINUTE = 15_000_000

/** A response as its events show it, before anything has come of it. */
export const responseOf = (
  id: string,
  { asked, session, conversation }: ResponseContext,
  { inConversation, modalities, maxTokens, voice }: ResponseSettings,
) => ({
  object: 'realtime.response' as const,
  id,
  status: 'in_progress' as 'in_progress' | Status,
  status_details: null,
  output: [],
  conversation_id: inConversation ? conversation.id : null,
  output_modalities: modalities,
  max_output_tokens: maxTokens,
  audio: { output: { format: session.audio?.output?.format ?? null, voice } },
  usage: null,
  metadata: asked.metadata ?? null,
})

/** @param used tokens of the response that has just ended. */
export const rateLimits = (used: number): ServerEvent => ({
  type: 'rate_limits.updated',
  rate_limits: [
    {
      name: 'tokens',
      limit: TOKENS_PER_MINUTE,
      remaining: Math.max(0, TOKENS_PER_MINUTE - used),
      reset_seconds: 0,
    },
  ],
})

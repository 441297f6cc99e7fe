import { type CallsStandIn, type Event, startCallsStandIn } from './calls-stand-in.ts'
import type { LogLine } from './log-lines.ts'
import type { RunningService } from './service.ts'
import { type Scope, serviceFor } from './services.ts'

export const ADMIN_TOKEN = 'operators-only-0123456789'

/** The service in unified mode, and the OpenAI that it alone talks to. */
export interface CallsStage {
  service: RunningService
  openai: CallsStandIn
}

/** Starts one service with these settings. Clients are told apart by `X-Forwarded-For`. */
export async function callsStage(t: Scope, settings: Record<string, string> = {}): Promise<CallsStage> {
  const openai = await startCallsStandIn()
  t.after(() => openai.close())
  return { openai, service: await callsService(t, openai, settings) }
}

/** A further service in front of the same OpenAI. */
export async function callsService(
  t: Scope,
  openai: Pick<CallsStandIn, 'baseUrl'>,
  settings: Record<string, string> = {},
): Promise<RunningService> {
  const common = { OPENAI_BASE_URL: openai.baseUrl, CALL_MODE: 'unified', TRUST_PROXY: '1', ADMIN_TOKEN }
  return serviceFor(t, { ...common, ...settings })
}

export const as = (client: number): Record<string, string> => ({ 'x-forwarded-for': `198.51.100.${client}` })

/** The audit event of a call. */
export function ended(service: RunningService, id: string): Promise<LogLine> {
  return service.logged(({ msg, call_id }) => msg === 'call_ended' && call_id === id)
}

/** A response that used so many tokens of audio output: 64 millionths of a dollar each with gpt-realtime. */
export function response(audioOut: number): Event {
  const usage = { input_tokens: 0, output_tokens: audioOut, output_token_details: { audio_tokens: audioOut } }
  return { type: 'response.done', response: { status: 'completed', usage } }
}

/** What OpenAI tells of a session after somebody changed it. */
export function sessionUpdated(session: object): Event {
  return { type: 'session.updated', session }
}

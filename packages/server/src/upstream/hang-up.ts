import type { Config } from '../config/config.ts'
import { BrokenAnswer, type Connection, isSuccess } from './connection.ts'
import { identityHeaders, type UpstreamIdentity } from './identity-headers.ts'

/** Hangs a call up. True when it is over, also because OpenAI no longer knows it; false when that must be tried again. */
export type HangUp = (callId: string) => Promise<boolean>

/** `POST /v1/realtime/calls/…/hangup` (npm `openai@7.57.0`, `resources/realtime/calls.d.ts`). */
export function callHangUp(
  config: UpstreamIdentity & Pick<Config, 'UPSTREAM_TIMEOUT_MS'>,
  connection: Connection,
): HangUp {
  const headers = identityHeaders(config)
  return async callId => {
    try {
      const path = `/realtime/calls/${encodeURIComponent(callId)}/hangup`
      const { status } = await connection.send({ method: 'POST', path, headers }, config.UPSTREAM_TIMEOUT_MS)
      return isSuccess(status) || status === 404
    } catch (error) {
      if (error instanceof BrokenAnswer) return false
      throw error
    }
  }
}

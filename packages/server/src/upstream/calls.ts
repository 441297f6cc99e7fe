import type { Clock } from '../clock.ts'
import { callHangUp, type HangUp } from './hang-up.ts'
import type { OpenAi } from './openai.ts'
import { callPlacement, type Place, type PlaceConfig } from './place.ts'

/** OpenAI's API of calls: placing them and hanging them up. */
export interface CallsApi {
  place: Place
  hangUp: HangUp
}

/** `orphaned` is told of calls that OpenAI has taken and nobody can talk on. */
export function callsApi(
  config: PlaceConfig,
  openai: OpenAi,
  clock: Clock,
  orphaned: (callId: string) => void,
): CallsApi {
  return { place: callPlacement(config, openai, clock, orphaned), hangUp: callHangUp(config, openai.connection) }
}

import { LONGEST_SESSION_SECONDS } from '../catalogue/openai-limits.ts'
import { DEAREST_TRANSCRIPTION, type Price, tokenCost } from '../catalogue/prices.ts'
import { at } from '../json.ts'
import type { RealtimeEvent } from '../upstream/socket.ts'
import { responseTokens, transcriptionTokens } from '../upstream/usage.ts'
import { noUsage, type Usage } from './call.ts'

/** Reads usage out of a call's events. */
export interface Meter {
  /** What an event says was used, with its cost; undefined for events that tell none. */
  read(event: RealtimeEvent): Usage | undefined
}

/**
 * The meter of one call with `model`. `transcription` is the model that the session begins with; the caller can change
 * it. A transcription model without a price counts as the dearest that is known, so that no limit can be got round.
 */
export function callMeter(model: string, transcription: string | null, prices: Readonly<Record<string, Price>>): Meter {
  const priceOf = (name: string) => (Object.hasOwn(prices, name) ? prices[name] : undefined)
  const voicePrice = priceOf(model)
  let transcriptionModel = transcription

  function ofResponse(event: RealtimeEvent): Usage {
    const tokens = responseTokens(at(event, 'response', 'usage'))
    return { ...noUsage(), tokens, usd: voicePrice ? tokenCost(voicePrice, tokens) : 0, responses: 1 }
  }

  function ofTranscription(event: RealtimeEvent): Usage {
    const price = (transcriptionModel === null ? undefined : priceOf(transcriptionModel)) ?? DEAREST_TRANSCRIPTION
    const { perMinute, perMillion } = { ...DEAREST_TRANSCRIPTION, ...price }
    const seconds = duration(at(event, 'usage', 'seconds'))
    const tokens = transcriptionTokens(at(event, 'usage'))
    const byTokens = { ...price, perMillion: { ...DEAREST_TRANSCRIPTION.perMillion, ...perMillion } }
    const usd = tokenCost(byTokens, tokens) + (seconds / 60) * (perMinute ?? 0)
    const transcribedTokens = Object.values(tokens).reduce((sum, count) => sum + count, 0)
    return { ...noUsage(), transcribedSeconds: seconds, transcribedTokens, usd }
  }

  return {
    read(event) {
      if (event.type === 'session.updated') {
        const named = at(event, 'session', 'audio', 'input', 'transcription', 'model')
        if (typeof named === 'string') transcriptionModel = named
      }
      if (event.type === 'response.done') return ofResponse(event)
      if (event.type === 'conversation.item.input_audio_transcription.completed') return ofTranscription(event)
      return undefined
    },
  }
}

/** Beyond any session; more is nonsense. */
const MOST_SECONDS = 2 * LONGEST_SESSION_SECONDS

function duration(value: unknown): number {
  return typeof value === 'number' && value > 0 ? Math.min(value, MOST_SECONDS) : 0
}

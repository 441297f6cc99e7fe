import { DEAREST_TRANSCRIPTION, type Price, type TokenKind, type Tokens, tokenCost } from '../catalogue/prices.ts'
import type { RealtimeEvent } from '../upstream/socket.ts'
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

/** Fresh and cached input by kind, and output. Tokens that no detail accounts for count as the dearest of their side. */
function responseTokens(usage: unknown): Tokens {
  const input = at(usage, 'input_token_details')
  const cached = at(input, 'cached_tokens_details')
  const output = at(usage, 'output_token_details')
  const tokens: Record<TokenKind, number> = {
    text_in: 0,
    text_cached: 0,
    text_out: tally(at(output, 'text_tokens')),
    audio_in: 0,
    audio_cached: 0,
    audio_out: tally(at(output, 'audio_tokens')),
    image_in: 0,
    image_cached: 0,
  }
  for (const kind of ['text', 'audio', 'image'] as const) {
    const all = tally(at(input, `${kind}_tokens`))
    tokens[`${kind}_cached`] = Math.min(all, tally(at(cached, `${kind}_tokens`)))
    tokens[`${kind}_in`] = all - tokens[`${kind}_cached`]
  }
  const told = (...kinds: TokenKind[]) => kinds.reduce((sum, kind) => sum + tokens[kind], 0)
  const inputTold = told('text_in', 'text_cached', 'audio_in', 'audio_cached', 'image_in', 'image_cached')
  tokens.audio_in += Math.max(0, tally(at(usage, 'input_tokens')) - inputTold)
  tokens.audio_out += Math.max(0, tally(at(usage, 'output_tokens')) - told('text_out', 'audio_out'))
  return withoutZeros(tokens)
}

function transcriptionTokens(usage: unknown): Tokens {
  const input = at(usage, 'input_token_details')
  const text = tally(at(input, 'text_tokens'))
  const audio = tally(at(input, 'audio_tokens'))
  const rest = Math.max(0, tally(at(usage, 'input_tokens')) - text - audio)
  return withoutZeros({ text_in: text, audio_in: audio + rest, text_out: tally(at(usage, 'output_tokens')) })
}

function withoutZeros(tokens: Tokens): Tokens {
  return Object.fromEntries(Object.entries(tokens).filter(([, count]) => count > 0))
}

/** More than any response can have; beyond it is nonsense. */
const MOST_TOKENS = 10_000_000
const MOST_SECONDS = 7200

function tally(value: unknown): number {
  return typeof value === 'number' && value > 0 ? Math.min(Math.floor(value), MOST_TOKENS) : 0
}

function duration(value: unknown): number {
  return typeof value === 'number' && value > 0 ? Math.min(value, MOST_SECONDS) : 0
}

function at(value: unknown, ...path: string[]): unknown {
  let found = value
  for (const name of path) {
    if (typeof found !== 'object' || found === null) return undefined
    found = (found as Record<string, unknown>)[name]
  }
  return found
}

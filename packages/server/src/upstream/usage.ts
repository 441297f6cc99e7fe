import type { TokenKind, Tokens } from '../catalogue/prices.ts'
import { at } from '../json.ts'

/** Of a `response.done`: fresh and cached input by kind, and output. Tokens that no detail accounts for count as the dearest of their side. */
export function responseTokens(usage: unknown): Tokens {
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

/** Of a transcription that is billed by tokens. */
export function transcriptionTokens(usage: unknown): Tokens {
  const input = at(usage, 'input_token_details')
  const text = tally(at(input, 'text_tokens'))
  const audio = tally(at(input, 'audio_tokens'))
  const rest = Math.max(0, tally(at(usage, 'input_tokens')) - text - audio)
  return withoutZeros({ text_in: text, audio_in: audio + rest, text_out: tally(at(usage, 'output_tokens')) })
}

/** OpenAI's name for the response or the transcription that an event ends: the same for all who hear it. */
export function usageId(event: unknown): string | undefined {
  const response = at(event, 'response', 'id')
  if (isShort(response)) return response
  const [item, part] = [at(event, 'item_id'), at(event, 'content_index')]
  return isShort(item) ? `${item}/${typeof part === 'number' ? part : 0}` : undefined
}

/** Longer than any name of OpenAI's is nonsense. */
const MOST_CHARACTERS = 128

function isShort(id: unknown): id is string {
  return typeof id === 'string' && id.length > 0 && id.length <= MOST_CHARACTERS
}

function withoutZeros(tokens: Tokens): Tokens {
  return Object.fromEntries(Object.entries(tokens).filter(([, count]) => count > 0))
}

/** More than any response can have; beyond it is nonsense. */
const MOST_TOKENS = 10_000_000

function tally(value: unknown): number {
  return typeof value === 'number' && value > 0 ? Math.min(Math.floor(value), MOST_TOKENS) : 0
}

import { PRICES, type Tokens, tokenCost } from '../../catalogue/prices.ts'

/** More than any response can have; beyond it is nonsense. */
const MOST_TOKENS = 10_000_000

/** Tokens by kind from the usage of a `response.done`; what is not a number there is none. */
export function tokensOf(usage: unknown): Tokens {
  const input = field(usage, 'input_token_details')
  const cached = field(input, 'cached_tokens_details')
  const output = field(usage, 'output_token_details')
  const found: Record<string, number> = {
    text_out: count(output, 'text_tokens'),
    audio_out: count(output, 'audio_tokens'),
  }
  for (const kind of ['text', 'audio', 'image'] as const) {
    found[`${kind}_cached`] = count(cached, `${kind}_tokens`)
    found[`${kind}_in`] = Math.max(0, count(input, `${kind}_tokens`) - (found[`${kind}_cached`] ?? 0))
  }
  return Object.fromEntries(Object.entries(found).filter(([, tokens]) => tokens > 0))
}

/** USD by the table of prices; null for a model that is not in it. */
export function costOf(model: string, tokens: Tokens): number | null {
  const price = PRICES[model]
  return price ? tokenCost(price, tokens) : null
}

function count(details: unknown, name: string): number {
  const value = field(details, name)
  return typeof value === 'number' && value > 0 ? Math.min(Math.floor(value), MOST_TOKENS) : 0
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}

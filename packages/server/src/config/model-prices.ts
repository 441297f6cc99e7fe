import { type Price, TOKEN_KINDS, type TokenKind } from '../catalogue/prices.ts'
import { parseJson } from '../json.ts'
import { BadValue, type Parse } from './parse.ts'

/** What a voice model must have a price for, to be held to a spend limit. */
const VOICE_KINDS: readonly TokenKind[] = [
  'text_in',
  'text_cached',
  'text_out',
  'audio_in',
  'audio_cached',
  'audio_out',
]

const SHAPE = `is not a JSON object such as {"my-model":{"audio_in":32}}: by model, USD per million tokens for ${TOKEN_KINDS.join(', ')}, or per_minute`

/** `{"model": {"audio_in": 32, …}}`. The prices of a model that has an entry are those of the entry alone. */
export const modelPrices: Parse<Record<string, Price>> = value => {
  const parsed = jsonObject(value)
  return Object.fromEntries(Object.entries(parsed).map(([model, prices]) => [model, priceFrom(prices)]))
}

function jsonObject(value: string): Record<string, unknown> {
  const parsed = parseJson(value)
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return { ...parsed }
  throw new BadValue(SHAPE)
}

function priceFrom(given: unknown): Price {
  if (typeof given !== 'object' || given === null) throw new BadValue(SHAPE)
  const { per_minute: perMinute, ...perMillion } = given as Record<string, unknown>
  const kinds: readonly string[] = TOKEN_KINDS
  const sound = Object.entries(perMillion).every(([kind, usd]) => kinds.includes(kind) && isPrice(usd))
  if (!sound || (perMinute !== undefined && !isPrice(perMinute))) throw new BadValue(SHAPE)
  const timed = isPrice(perMinute) ? { perMinute } : {}
  return { perMillion, ...timed, source: 'MODEL_PRICES', date: '' }
}

function isPrice(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1_000_000
}

/** Whether everything that a voice model is billed for has a price. Images count as audio where they have none. */
export function isPricedVoice(price: Price | undefined): boolean {
  return price !== undefined && VOICE_KINDS.every(kind => price.perMillion[kind] !== undefined)
}

export function isPricedTranscription(price: Price | undefined): boolean {
  return price !== undefined && (price.perMinute !== undefined || price.perMillion.audio_in !== undefined)
}

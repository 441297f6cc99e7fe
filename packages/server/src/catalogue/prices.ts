/** What OpenAI bills apart. `in` is fresh input, `cached` input that it had seen before. */
export const TOKEN_KINDS = [
  'text_in',
  'text_cached',
  'text_out',
  'audio_in',
  'audio_cached',
  'audio_out',
  'image_in',
  'image_cached',
] as const

export type TokenKind = (typeof TOKEN_KINDS)[number]

/** Tokens by kind; a kind that is left out is none. */
export type Tokens = Partial<Record<TokenKind, number>>

/** What a model costs. */
export interface Price {
  /** USD per million tokens. */
  perMillion: Partial<Record<TokenKind, number>>
  /** USD per minute of transcribed audio, of models that are billed by time. */
  perMinute?: number
  /** Where the figures stand, and the day they were read, `YYYY-MM-DD`. */
  source: string
  date: string
}

const READ_ON = '2026-11-27'

type Triple = readonly [fresh: number, cached: number, out: number]

/** A voice model: USD per million tokens as [input, cached input, output]; images are input only. */
function voiceModel(text: Triple, audio: Triple, image: readonly [number, number], source: string): Price {
  const perMillion = {
    text_in: text[0],
    text_cached: text[1],
    text_out: text[2],
    audio_in: audio[0],
    audio_cached: audio[1],
    audio_out: audio[2],
    image_in: image[0],
    image_cached: image[1],
  }
  return { perMillion, source, date: READ_ON }
}

const page = (model: string) => `https://developers.openai.com/api/docs/models/${model}.md`
/** OpenAI's own page of these models was not found; public price tables of others agree on every figure. */
const OTHERS = 'price tables of other projects, in agreement'

const BIG_AUDIO: Triple = [32, 0.4, 64]
const BIG_IMAGE = [5, 0.5] as const
const MINI_TEXT: Triple = [0.6, 0.06, 2.4]
const MINI_AUDIO: Triple = [10, 0.3, 20]
const MINI_IMAGE = [0.8, 0.08] as const

const first = voiceModel([4, 0.4, 16], BIG_AUDIO, BIG_IMAGE, OTHERS)
const firstMini = voiceModel(MINI_TEXT, MINI_AUDIO, MINI_IMAGE, OTHERS)

function timedTranscription(model: string, perMinute: number): Price {
  return { perMillion: {}, perMinute, source: page(model), date: READ_ON }
}

/** Their pages give one price for input and one for output. */
function tokenTranscription(model: string, input: number, output: number): Price {
  return { perMillion: { text_in: input, audio_in: input, text_out: output }, source: page(model), date: READ_ON }
}

const VOICE_MODELS: Readonly<Record<string, Price>> = {
  'gpt-realtime-2.1': voiceModel([4, 0.4, 24], BIG_AUDIO, BIG_IMAGE, page('gpt-realtime-2.1')),
  'gpt-realtime-2.1-mini': voiceModel(MINI_TEXT, MINI_AUDIO, MINI_IMAGE, page('gpt-realtime-2.1-mini')),
  'gpt-realtime-2': voiceModel([4, 0.4, 24], BIG_AUDIO, BIG_IMAGE, page('gpt-realtime-2')),
  'gpt-realtime-1.5': voiceModel([4, 0.4, 16], BIG_AUDIO, BIG_IMAGE, page('gpt-realtime-1.5')),
  'gpt-realtime': first,
  'gpt-realtime-2025-08-28': first,
  'gpt-realtime-mini': firstMini,
  'gpt-realtime-mini-2025-12-15': firstMini,
}

const TRANSCRIPTION_MODELS: Readonly<Record<string, Price>> = {
  'gpt-realtime-whisper': timedTranscription('gpt-realtime-whisper', 0.017),
  'gpt-live-transcribe': timedTranscription('gpt-live-transcribe', 0.017),
  'gpt-transcribe': timedTranscription('gpt-transcribe', 0.0045),
  'whisper-1': timedTranscription('whisper-1', 0.006),
  'gpt-4o-transcribe': tokenTranscription('gpt-4o-transcribe', 2.5, 10),
  'gpt-4o-mini-transcribe': tokenTranscription('gpt-4o-mini-transcribe', 1.25, 5),
}

/** Known prices by model. */
export const PRICES: Readonly<Record<string, Price>> = { ...VOICE_MODELS, ...TRANSCRIPTION_MODELS }

/** For transcription by a model without a price: the dearest that is known, by time and by tokens. */
export const DEAREST_TRANSCRIPTION = dearestOf(Object.values(TRANSCRIPTION_MODELS))

function dearestOf(prices: readonly Price[]): Pick<Price, 'perMillion' | 'perMinute'> {
  const perMillion: Price['perMillion'] = {}
  let perMinute = 0
  for (const price of prices) {
    perMinute = Math.max(perMinute, price.perMinute ?? 0)
    for (const kind of TOKEN_KINDS) {
      const usd = price.perMillion[kind]
      if (usd !== undefined) perMillion[kind] = Math.max(perMillion[kind] ?? 0, usd)
    }
  }
  return { perMillion, perMinute }
}

/** What a kind counts as where it has no price, so that no limit can be got round with it. */
const COUNTS_AS: Partial<Record<TokenKind, TokenKind>> = { image_in: 'audio_in', image_cached: 'audio_cached' }

/** What tokens cost, USD. Images without a price cost what audio does; any other kind without one costs nothing. */
export function tokenCost({ perMillion }: Pick<Price, 'perMillion'>, tokens: Tokens): number {
  let millionths = 0
  for (const kind of TOKEN_KINDS)
    millionths += (tokens[kind] ?? 0) * (perMillion[kind] ?? perMillion[COUNTS_AS[kind] ?? kind] ?? 0)
  return millionths / 1_000_000
}

import { modelState } from '../catalogue/models.ts'
import type { Price } from '../catalogue/prices.ts'
import { isPricedTranscription, isPricedVoice } from './model-prices.ts'
import { allowedModels, transcriptionModel } from './models.ts'
import { type Problem, problemWith } from './read.ts'
import type { Values } from './settings.ts'

/** Limits of what calls may cost. */
const SPEND_LIMITS = ['MAX_CALL_USD', 'DAILY_USD_BUDGET', 'CLIENT_DAILY_USD'] as const

/** The names of those that are set. */
export function spendLimits(values: Pick<Values, (typeof SPEND_LIMITS)[number]>): string[] {
  return SPEND_LIMITS.filter(name => values[name] > 0)
}

/** Unified mode needs the GA form, and a price for whatever a spend limit shall hold. */
export function checkCalls(
  values: Values,
  prices: Readonly<Record<string, Price>>,
  problems: Problem[],
  now: number,
): void {
  if (values.CALL_MODE !== 'unified') return
  if (values.OPENAI_REALTIME_API === 'beta')
    problems.push(problemWith('OPENAI_REALTIME_API', 'is beta, which has no unified calls; unset it, or CALL_MODE'))
  const limits = spendLimits(values)
  const unpriced = unpricedModels(values, prices, now)
  if (limits.length > 0 && unpriced.length > 0)
    problems.push(
      problemWith(
        'MODEL_PRICES',
        `lacks a price for ${unpriced.join(', ')}, which ${limits.join(' and ')} cannot hold then; add it, or leave the model out of ALLOWED_MODELS (TRANSCRIPTION_MODEL=none turns transcription off)`,
        'price-missing',
      ),
    )
}

function unpricedModels(values: Values, prices: Readonly<Record<string, Price>>, now: number): string[] {
  const served = allowedModels(values).map(name => modelState(name, now).served)
  const voices = [...new Set(served)].filter(model => !isPricedVoice(prices[model]))
  const transcription = transcriptionModel(values)
  if (transcription === null || isPricedTranscription(prices[transcription])) return voices
  return [...voices, transcription]
}

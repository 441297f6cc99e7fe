import { DEFAULT_TRANSCRIPTION, MODEL_NAMES } from '../catalogue/models.ts'
import type { Values } from './settings.ts'

/** `ALLOWED_MODELS`, or the catalogue. */
export function allowedModels(values: Values): readonly string[] {
  return values.ALLOWED_MODELS ?? [...new Set([...MODEL_NAMES, values.REALTIME_MODEL])]
}

/** The model that transcribes the caller's words; null where none shall. */
export function transcriptionModel(values: Values): string | null {
  const model = values.TRANSCRIPTION_MODEL ?? DEFAULT_TRANSCRIPTION[values.OPENAI_REALTIME_API]
  return model === 'none' ? null : model
}

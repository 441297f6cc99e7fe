import type { Model } from 'openai/resources/models'
import { type ApiError, modelNotFound, modelRetired } from './errors.ts'

type Traits = {
  /** What `audio.output.voice` is when the request is silent. */
  readonly voice: 'alloy' | 'marin'
  /** What server VAD's `silence_duration_ms` is when the request is silent, in milliseconds. */
  readonly silenceMs: number
  /** Whether `reasoning` and `parallel_tool_calls` are taken. */
  readonly reasons: boolean
}

/** A model that a realtime session can name. */
export type RealtimeModel = Traits & {
  readonly id: string
  /** The day it stops answering, UTC, as YYYY-MM-DD; null while none is announced. */
  readonly shutdownDate: string | null
}

// Recorded traffic, pydantic-ai cassettes, July 2026, for gpt-realtime and gpt-realtime-2.1; their relatives are
// taken to behave alike.
const first: Traits = { voice: 'alloy', silenceMs: 200, reasons: false }
const second: Traits = { voice: 'marin', silenceMs: 500, reasons: true }

/** Names: npm openai@7.57.0 resources/realtime/realtime.d.ts. Dates: its comments and OpenAI's deprecations page. */
const models: readonly RealtimeModel[] = [
  { id: 'gpt-realtime-2.1', ...second, shutdownDate: null },
  { id: 'gpt-realtime-2.1-mini', ...second, shutdownDate: null },
  { id: 'gpt-realtime-2', ...second, shutdownDate: null },
  { id: 'gpt-realtime-1.5', ...first, shutdownDate: null },
  { id: 'gpt-realtime', ...first, shutdownDate: '2027-01-20' },
  { id: 'gpt-realtime-2025-08-28', ...first, shutdownDate: '2027-01-20' },
  { id: 'gpt-realtime-mini', ...first, shutdownDate: '2027-01-20' },
  { id: 'gpt-realtime-mini-2025-12-15', ...first, shutdownDate: '2027-01-20' },
  { id: 'gpt-realtime-mini-2025-10-06', ...first, shutdownDate: '2026-07-23' },
  { id: 'gpt-audio-1.5', ...first, shutdownDate: null },
  { id: 'gpt-audio-mini', ...first, shutdownDate: '2027-01-20' },
  { id: 'gpt-audio-mini-2025-10-06', ...first, shutdownDate: '2027-01-20' },
  { id: 'gpt-audio-mini-2025-12-15', ...first, shutdownDate: '2027-01-20' },
  { id: 'gpt-4o-realtime-preview', ...first, shutdownDate: '2026-05-07' },
  { id: 'gpt-4o-realtime-preview-2024-10-01', ...first, shutdownDate: '2025-10-10' },
  { id: 'gpt-4o-realtime-preview-2024-12-17', ...first, shutdownDate: '2026-05-07' },
  { id: 'gpt-4o-realtime-preview-2025-06-03', ...first, shutdownDate: '2026-05-07' },
  { id: 'gpt-4o-mini-realtime-preview', ...first, shutdownDate: '2026-05-07' },
  { id: 'gpt-4o-mini-realtime-preview-2024-12-17', ...first, shutdownDate: '2026-05-07' },
]

/** Which model OpenAI picks when the request names none is not known; this is its newest. */
export const DEFAULT_MODEL = 'gpt-realtime-2.1'

const byId = new Map(models.map(model => [model.id, { model, endsAt: Date.parse(model.shutdownDate ?? '') }]))

/** @param now milliseconds since the epoch: a model past its shutdown date is refused as OpenAI does, with a 404. */
export const findModel = (id: string, now: number): { model: RealtimeModel } | { error: ApiError } => {
  const row = byId.get(id)
  if (!row) return { error: modelNotFound(id) }
  return now >= row.endsAt ? { error: modelRetired(id) } : { model: row.model }
}

// Only the names that carry a date say when they were made; 0 stands for "not known".
const createdSeconds = (id: string) => Date.parse(/\d{4}-\d\d-\d\d$/.exec(id)?.[0] ?? '1970-01-01') / 1000

const listing = (model: RealtimeModel): Model => ({
  id: model.id,
  object: 'model',
  created: createdSeconds(model.id),
  owned_by: 'system',
  shutdown_date: model.shutdownDate,
})

/** The body of `GET /v1/models`: those that still answer at `now` (milliseconds since the epoch). */
export const modelList = (now: number): { object: 'list'; data: Model[] } => ({
  object: 'list',
  data: models.filter(model => 'model' in findModel(model.id, now)).map(listing),
})

/** Transcribes callers' words where the settings name no model, by the form in which OpenAI is asked. */
export const DEFAULT_TRANSCRIPTION = { ga: 'gpt-realtime-whisper', beta: 'whisper-1' } as const

/** What is known of a model. Dates are UTC days, `YYYY-MM-DD`. */
interface ModelRow {
  family: 'gpt-realtime' | 'gpt-realtime-mini' | 'gpt-4o-realtime-preview' | 'gpt-4o-mini-realtime-preview'
  description: string
  /** From this day on OpenAI no longer serves it. Absent: no end announced. */
  shutdown?: string
  /** What to use, and what is served, instead. */
  successor?: string
}

/**
 * Models by name. Names: npm `openai@7.57.0`, `resources/realtime/realtime.d.ts`; dates: the comments there and
 * OpenAI's deprecations page as of November 2026. No announcement dates are known.
 */
const MODELS = {
  'gpt-realtime': {
    family: 'gpt-realtime',
    description: 'The first generally available voice model.',
    shutdown: '2027-01-20',
    successor: 'gpt-realtime-2.1',
  },
  'gpt-realtime-2025-08-28': {
    family: 'gpt-realtime',
    description: 'The first generally available voice model, pinned to its release.',
    shutdown: '2027-01-20',
    successor: 'gpt-realtime-2.1',
  },
  'gpt-realtime-1.5': { family: 'gpt-realtime', description: 'Voice model, second release.' },
  'gpt-realtime-2': { family: 'gpt-realtime', description: 'Voice model with reasoning.' },
  'gpt-realtime-2.1': { family: 'gpt-realtime', description: 'Voice model with reasoning, newest release.' },
  'gpt-realtime-2.1-mini': {
    family: 'gpt-realtime-mini',
    description: 'Smaller and cheaper voice model, newest release.',
  },
  'gpt-realtime-mini': {
    family: 'gpt-realtime-mini',
    description: 'The first smaller and cheaper voice model.',
    shutdown: '2027-01-20',
    successor: 'gpt-realtime-2.1-mini',
  },
  'gpt-realtime-mini-2025-12-15': {
    family: 'gpt-realtime-mini',
    description: 'Smaller and cheaper voice model, pinned to its release.',
    shutdown: '2027-01-20',
    successor: 'gpt-realtime-2.1-mini',
  },
  'gpt-realtime-mini-2025-10-06': {
    family: 'gpt-realtime-mini',
    description: 'Smaller and cheaper voice model, pinned to its release.',
    shutdown: '2026-07-23',
    successor: 'gpt-realtime-2.1-mini',
  },
  'gpt-4o-realtime-preview': preview('gpt-4o-realtime-preview', '2026-05-07'),
  'gpt-4o-realtime-preview-2025-06-03': preview('gpt-4o-realtime-preview', '2026-05-07'),
  'gpt-4o-realtime-preview-2024-12-17': preview('gpt-4o-realtime-preview', '2026-05-07'),
  'gpt-4o-realtime-preview-2024-10-01': preview('gpt-4o-realtime-preview', '2025-10-10'),
  'gpt-4o-mini-realtime-preview': preview('gpt-4o-mini-realtime-preview', '2026-05-07'),
  'gpt-4o-mini-realtime-preview-2024-12-17': preview('gpt-4o-mini-realtime-preview', '2026-05-07'),
} satisfies Record<string, ModelRow>

function preview(family: 'gpt-4o-realtime-preview' | 'gpt-4o-mini-realtime-preview', shutdown: string): ModelRow {
  const successor = family === 'gpt-4o-realtime-preview' ? 'gpt-realtime-2.1' : 'gpt-realtime-2.1-mini'
  return { family, description: 'Preview model of the beta.', shutdown, successor }
}

/** Every name in the catalogue. */
export const MODEL_NAMES: readonly string[] = Object.keys(MODELS)

/** A model as it stands at a moment. */
export interface ModelState {
  name: string
  description: string
  state: 'current' | 'retiring' | 'retired'
  /** The model that a session gets: the name itself, or the successor of a retired one. */
  served: string
  /** The day it ends or ended, `YYYY-MM-DD`. */
  shutdown?: string
  successor?: string
}

/** Looks a name up at a moment (milliseconds since 1970). A name that the catalogue lacks is taken as current. */
export function modelState(name: string, now: number): ModelState {
  const row: ModelRow | undefined = Object.hasOwn(MODELS, name) ? MODELS[name as keyof typeof MODELS] : undefined
  if (!row) return { name, description: 'A model that this version does not know.', state: 'current', served: name }
  const { description, shutdown, successor } = row
  if (!shutdown || !successor) return { name, description, state: 'current', served: name }
  if (now < Date.parse(shutdown)) return { name, description, state: 'retiring', served: name, shutdown, successor }
  return { name, description, state: 'retired', served: modelState(successor, now).served, shutdown, successor }
}

/**
 * The headers that tell a client of a model's end: `Deprecation` (RFC 9745) and `Sunset` (RFC 8594).
 * OpenAI's day of announcement is not known, so `Deprecation` carries the day of shutdown.
 */
export function endOfLifeHeaders({ shutdown }: ModelState): Record<string, string> {
  if (!shutdown) return {}
  const at = Date.parse(shutdown)
  return { Deprecation: `@${at / 1000}`, Sunset: new Date(at).toUTCString() }
}

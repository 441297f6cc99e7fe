import { DIFFICULTIES } from '../catalogue/difficulties.ts'
import { MODES } from '../catalogue/modes.ts'
import { SPORTS } from '../catalogue/sports.ts'
import type { Config } from '../config/config.ts'
import type { Judgement } from '../voice/lab/judge.ts'
import type { TestResult } from '../voice/lab/result.ts'
import { LONGEST_LINE } from '../voice/trial/prompt.ts'
import type { TrialRequest } from '../voice/trial/trial.ts'
import { list, names, number, object, orNull, type Schema, table, text, time } from './json-schema.ts'

/** What an operator may ask for: the session as for a token, and the words to be said. */
export interface VoiceTestRequest extends TrialRequest {
  voice: string
  say?: string
}

export function voiceTestSchema(config: Pick<Config, 'ALLOWED_MODELS' | 'ALLOWED_VOICES'>): Schema {
  const properties: Record<keyof VoiceTestRequest, Schema> = {
    voice: names(config.ALLOWED_VOICES, { description: 'The voice to be heard.' }),
    model: names(config.ALLOWED_MODELS, { description: 'The model; `REALTIME_MODEL` unless told.' }),
    difficulty: names(Object.keys(DIFFICULTIES), { description: '`easy` unless told.' }),
    sport: names(Object.keys(SPORTS), { description: 'The sport of the page.' }),
    mode: names(Object.keys(MODES), { description: 'Debate Mode or Hot Take Mode.' }),
    say: {
      type: 'string',
      minLength: 1,
      maxLength: LONGEST_LINE,
      pattern: '\\S',
      description: 'Words to say instead of our line; spaces alone are none.',
    },
  }
  return {
    type: 'object',
    description: 'Which Parker to hear, and what he shall say.',
    required: ['voice'],
    properties,
    additionalProperties: false,
  }
}

/** What comes back: figures and verdicts, the recording, or a page with both. */
export const FORMATS = ['json', 'wav', 'html'] as const

export const voiceTestQuery: Schema = {
  type: 'object',
  properties: {
    format: { ...names(FORMATS, { description: 'Figures, the recording, or a page with both.' }), default: 'json' },
  },
  additionalProperties: false,
}

const verdict = names(['pass', 'warn', 'fail', 'none'], { description: '`none`: there was nothing to measure.' })
const span = object({ from: number(), to: number() })

const check: Record<keyof Judgement, Schema> = {
  name: text(),
  title: text(),
  verdict,
  defect: orNull(text('What is wrong, in two words.')),
  value: orNull(number()),
  unit: text(),
  limit: text('The limits in words.'),
  method: text(),
  because: text(),
}

const result: Record<keyof TestResult, Schema> = {
  verdict,
  model: text(),
  voice: text(),
  difficulty: text(),
  sport: orNull(text()),
  mode: orNull(text()),
  tested_at: time(),
  prompt: text('What was written to Parker.'),
  asked: orNull(text('The words to be said.')),
  said: text("The transcript: with OpenAI, the model's own account of what it said."),
  checks: list(object(check)),
  duration_seconds: number(),
  speech: { ...orNull(span), description: 'From the first sound of speech to the last.' },
  pauses: { ...list(span), description: 'Of 0.2 s and more, inside the speech.' },
  clipping: list(object({ at: number(), samples: number() })),
  word_edits: {
    ...list(object({ asked: orNull(text()), said: orNull(text()) })),
    description: 'Words changed, left out and put in.',
  },
  voiceprint: orNull(object({ timbre: list(number()), pitchHz: orNull(number()) })),
  tokens: { ...table(number()), description: 'By kind, as OpenAI counted them.' },
  usd: orNull(number('By our table of prices; null for a model without one.')),
}

/** The three answers, by content type. */
export const voiceTestReply = {
  description: 'What was heard, as asked by `format`.',
  content: {
    'application/json': { schema: object(result) },
    'audio/wav': { schema: { type: 'string', format: 'binary' } },
    'text/html': { schema: text() },
  },
}

import { createHash } from 'node:crypto'
import type { Config } from '../packages/server/src/config/config.ts'
import { decideSession } from '../packages/server/src/session.ts'
import type { Turn } from '../packages/server/src/voice/page/report.ts'
import { DEFAULT_LINE, dictation, type Prompt } from '../packages/server/src/voice/trial/prompt.ts'
import type { TrialRequest } from '../packages/server/src/voice/trial/trial.ts'
import { type Arguments, UsageError } from './arguments.ts'

/** One conversation of the grid. */
export interface Cell {
  /** For people: `verse · savage`. */
  name: string
  /** For files; differs whenever the session or the prompts do, so that kept results are never another's. */
  key: string
  request: TrialRequest
  turns: { turn: Turn; prompt: Prompt }[]
  /** What the model is told, for the estimate. */
  instructions: string
  /** The model that the session gets. */
  model: string
}

/** A grid larger than this was not meant. */
const MOST_CELLS = 300

/** What a fan writes after the line has been said. The last one leads away from sports, to see whether Parker comes back. */
const TALK: readonly { turn: Turn; text: string }[] = [
  { turn: 'greeting', text: 'Hey Parker, good to hear you! How are you doing tonight?' },
  { turn: 'question', text: 'Who do you think wins it all this year, and why?' },
  { turn: 'astray', text: 'Forget sports for a minute. Tell me how to fill in my tax form.' },
]

/** Every combination that was asked for. @throws UsageError for names that the settings do not allow, or too many. */
export function cellsOf(args: Arguments, config: Config, target: string): Cell[] {
  const voices = allowed('--voices', args.voices, config.ALLOWED_VOICES, 'ALLOWED_VOICES')
  allowed('--model', args.model === undefined ? [] : [args.model], config.ALLOWED_MODELS, 'ALLOWED_MODELS')
  const requests = voices.flatMap(voice =>
    args.difficulties.flatMap(difficulty =>
      orNone(args.modes).flatMap(mode =>
        orNone(args.sports).map(sport => defined({ model: args.model, voice, difficulty, mode, sport })),
      ),
    ),
  )
  if (requests.length > MOST_CELLS) throw new UsageError(`${requests.length} combinations; ${MOST_CELLS} are the most.`)
  return requests.map(request => cellOf(request, args, config, target))
}

function allowed(option: string, names: readonly string[], known: readonly string[], setting: string): string[] {
  const unknown = names.find(name => !known.includes(name))
  if (unknown !== undefined) throw new UsageError(`${option}: ${unknown} is not in ${setting}.`)
  return [...(names.length > 0 ? names : known)]
}

function orNone<T>(names: readonly T[]): readonly (T | undefined)[] {
  return names.length > 0 ? names : [undefined]
}

function defined(request: { [Name in keyof TrialRequest]?: TrialRequest[Name] | undefined }): TrialRequest {
  return Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined))
}

function cellOf(request: TrialRequest, args: Arguments, config: Config, target: string): Cell {
  const line = args.say ?? DEFAULT_LINE
  const turns = [
    { turn: 'line' as const, prompt: { text: dictation(line), asked: line } },
    ...(args.talk ? TALK : []).map(({ turn, text }) => ({ turn, prompt: { text, asked: null } })),
  ]
  const { instructions, model } = decideSession(request, config, Date.now())
  const names = [request.voice, request.difficulty, request.mode, request.sport].filter(name => name !== undefined)
  const identity = JSON.stringify([target, model.served, instructions, names, turns, config.DEFAULT_SPEED])
  const hash = createHash('sha256').update(identity).digest('hex').slice(0, 8)
  return {
    name: names.join(' · ').replaceAll('_', ' '),
    key: `${names.join('-')}-${hash}`,
    request,
    turns,
    instructions,
    model: model.served,
  }
}

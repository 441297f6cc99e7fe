import { parseArgs } from 'node:util'
import { DIFFICULTIES, type DifficultyName } from '../packages/server/src/catalogue/difficulties.ts'
import { MODES, type ModeName } from '../packages/server/src/catalogue/modes.ts'
import { SPORTS, type SportName } from '../packages/server/src/catalogue/sports.ts'
import { LONGEST_LINE } from '../packages/server/src/voice/trial/prompt.ts'

/** What was asked for on the command line. */
export interface Arguments {
  /** Empty: all that `ALLOWED_VOICES` has. */
  voices: string[]
  difficulties: DifficultyName[]
  /** Empty: one round without a sport; likewise modes. */
  sports: SportName[]
  modes: ModeName[]
  /** `REALTIME_MODEL` unless told. */
  model: string | undefined
  say: string | undefined
  /** Whether a fan also greets, asks and leads astray. */
  talk: boolean
  out: string
  baseline: string | undefined
  parallel: number
  /** Whether money may be spent. */
  yes: boolean
  /** Whether what an earlier run left is done again. */
  fresh: boolean
  /** The bundled emulator although there is a key. */
  emulator: boolean
  /** How the emulator's replies go wrong. */
  faults: string
  help: boolean
}

const MOST_PARALLEL = 8

export const USAGE = `npm run voice-test -- [options]

Has Parker speak in every combination, measures each reply, writes one page to listen to and send round.
Without OPENAI_API_KEY it runs against the bundled emulator and costs nothing.

  --voices LIST         names with commas between (all of ALLOWED_VOICES)
  --difficulties LIST   ${Object.keys(DIFFICULTIES).join(',')} (all)
  --sports LIST         ${Object.keys(SPORTS).join(',')} (none)
  --modes LIST          ${Object.keys(MODES).join(',')} (none)
  --model NAME          (REALTIME_MODEL)
  --say TEXT            the words to be said, up to ${LONGEST_LINE} characters
  --no-talk             only the line: no fan who greets, asks a question and leads astray
  --out DIR             where results are kept and the report is written (voice-test)
  --baseline FILE       results.json of an earlier run, to compare with
  --parallel N          sessions at a time, 1 to ${MOST_PARALLEL} (3)
  --fresh               do again what an earlier run has left in DIR
  --yes                 spend the money; without it a run against OpenAI ends with its estimate
  --emulator            the emulator although there is a key
  --faults TEXT         with the emulator: how its replies go wrong, e.g. reply:clipping,every=3
  --help                this text

Exit code: 0 nothing fails, 1 something does, 2 a reply could not be had, 64 these words were not understood,
77 it costs money and --yes was not given, 78 bad settings.
`

/** What was typed behind the command cannot be used; the message says why. */
export class UsageError extends Error {}

/** @throws UsageError */
export function readArguments(args: readonly string[]): Arguments {
  const given = parsed(args)
  if (given.say !== undefined && (given.say.trim() === '' || given.say.length > LONGEST_LINE))
    throw new UsageError(`--say takes 1 to ${LONGEST_LINE} characters.`)
  return {
    voices: listed(given.voices),
    difficulties: namesIn('difficulties', given.difficulties ?? Object.keys(DIFFICULTIES).join(), DIFFICULTIES),
    sports: namesIn('sports', given.sports, SPORTS),
    modes: namesIn('modes', given.modes, MODES),
    model: given.model,
    say: given.say,
    talk: !given['no-talk'],
    out: given.out ?? 'voice-test',
    baseline: given.baseline,
    parallel: parallelOf(given.parallel),
    yes: given.yes ?? false,
    fresh: given.fresh ?? false,
    emulator: given.emulator ?? false,
    faults: given.faults ?? '',
    help: given.help ?? false,
  }
}

const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const

function parsed(args: readonly string[]) {
  try {
    const options = { voices: text, difficulties: text, sports: text, modes: text, model: text, say: text, out: text }
    const more = { baseline: text, parallel: text, yes: flag, fresh: flag, emulator: flag, faults: text, help: flag }
    return parseArgs({ args: [...args], options: { ...options, ...more, 'no-talk': flag } }).values
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function listed(list = ''): string[] {
  const names = list.split(',').map(name => name.trim())
  return [...new Set(names)].filter(Boolean)
}

function namesIn<T extends string>(option: string, list: string | undefined, table: Record<T, unknown>): T[] {
  const unknown = listed(list).find(name => !Object.hasOwn(table, name))
  if (unknown !== undefined)
    throw new UsageError(`--${option}: ${unknown} is none of ${Object.keys(table).join(', ')}.`)
  return listed(list) as T[]
}

function parallelOf(given = '3'): number {
  const parallel = Number(given)
  if (!Number.isInteger(parallel) || parallel < 1 || parallel > MOST_PARALLEL)
    throw new UsageError(`--parallel takes a whole number from 1 to ${MOST_PARALLEL}.`)
  return parallel
}

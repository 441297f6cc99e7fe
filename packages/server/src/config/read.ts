import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { BadValue, type ProblemId } from './parse.ts'
import { ALL_SETTINGS, type Setting, type SettingName, type Values } from './settings.ts'

/** One thing that stops the start. */
export interface Problem {
  name: SettingName
  id: ProblemId | undefined
  /** Completes the sentence "NAME …"; never holds a secret's value. */
  problem: string
  /** A line that would do. */
  example: string
}

/** Variables of the environment, as Node has them. */
export type Environment = Record<string, string | undefined>

/** A problem with a setting, and its example from the table. */
export function problemWith(name: SettingName, problem: string, id?: ProblemId): Problem {
  const row = ALL_SETTINGS.find(([known]) => known === name)?.[1]
  return { name, id, problem, example: `${name}=${row?.example}` }
}

/** Parses every setting and collects what is wrong with any of them. An empty value counts as unset. */
export function readValues(env: Environment): { values: Values; problems: Problem[] } {
  const problems: Problem[] = []
  const values: Record<string, unknown> = {}
  for (const [name, row] of ALL_SETTINGS) {
    try {
      const text = sourceText(name, row, env) ?? row.default
      values[name] = text === undefined ? undefined : row.parse(text)
    } catch (error) {
      if (!(error instanceof BadValue)) throw error
      problems.push(problemWith(name, error.message, error.id))
    }
  }
  return { values: values as Values, problems }
}

function sourceText(name: string, row: Setting<unknown>, env: Environment): string | undefined {
  const direct = env[name] || undefined
  const file = row.secret ? env[`${name}_FILE`] || undefined : undefined
  if (direct !== undefined && file !== undefined)
    throw new BadValue(`is set together with ${name}_FILE; keep one of the two`)
  if (file !== undefined) return fileText(name, file)
  if (direct === undefined && name === 'OPENAI_API_KEY') throw new BadValue(`is required (or ${name}_FILE)`, 'missing')
  // Some readers of files with CRLF leave the CR at a line's end. A secret is taken to the letter.
  return row.secret ? direct : direct?.trim()
}

/** Says nothing of the file's name: a secret may have been put where the name belongs. */
function fileText(name: string, file: string): string {
  const refused = (why: string) =>
    new BadValue(`cannot be read from the file that ${name}_FILE names${why}`, 'file-unreadable')
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (error) {
    throw refused(` (${(error as NodeJS.ErrnoException).code})`)
  }
  // In UTF-16 most of what one writes is valid UTF-8, with a zero byte between any two letters.
  if (!isUtf8(bytes) || bytes.includes(0)) throw refused(`: ${NOT_TEXT}`)
  // Takes the byte order mark away, which some editors put in front of a text.
  const content = new TextDecoder().decode(bytes).replace(/\r?\n$/, '')
  if (content === '') throw refused(': it is empty')
  return content
}

/** Decoded all the same, such bytes would be another secret than the one that was meant. */
const NOT_TEXT =
  'it is not UTF-8 text; save it as UTF-8. A secret of your own making must be a text too, such as 32 random bytes in base64 (openssl rand -base64 32), used as it stands wherever the secret is known'

/** The message a person reads when the start is refused. */
export function describeProblems(problems: readonly Problem[]): string {
  const lines = problems.map(({ name, problem, example }) => `  ${name} ${problem}.\n      e.g. ${example}`)
  const count = problems.length === 1 ? 'A setting is' : `${problems.length} settings are`
  return `Parker cannot start. ${count} wrong:\n${lines.join('\n')}\nAll settings are explained in .env.example.\n`
}

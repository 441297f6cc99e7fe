import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** A program that the tests use as it really is. */
export interface Part {
  name: string
  /** Names it goes by; the first that is found is used. */
  commands: readonly string[]
  /** The environment variable that may hold its full path instead. */
  variable?: string
  /** Debian's package. */
  package: string
  purpose: string
}

export const REDIS: Part = {
  name: 'Redis',
  commands: ['redis-server'],
  package: 'redis-server',
  purpose: 'shared limits and tickets',
}

export const CHROMIUM: Part = {
  name: 'Chromium',
  commands: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
  variable: 'CHROMIUM',
  package: 'chromium',
  purpose: 'CORS and the pages, as a browser sees them',
}

export const PARTS: readonly Part[] = [REDIS, CHROMIUM]

type Environment = Record<string, string | undefined>

/** The full path of a part, or undefined where the machine lacks it. */
export function findPart(part: Part, env: Environment): string | undefined {
  const named = part.variable ? env[part.variable] : undefined
  if (named) return isProgram(named) ? named : undefined
  const folders = (env.PATH ?? '').split(delimiter).filter(folder => folder !== '')
  return part.commands.flatMap(command => folders.map(folder => join(folder, command))).find(isProgram)
}

/** The machine, as far as installing is concerned. */
export interface Machine {
  debian: boolean
  root: boolean
  /** `SKIP_INSTALL=1`. */
  skip: boolean
}

export function thisMachine(env: Environment): Machine {
  return {
    debian: existsSync('/etc/debian_version'),
    root: process.getuid?.() === 0,
    skip: env.SKIP_INSTALL !== undefined && !['', '0', 'false'].includes(env.SKIP_INSTALL),
  }
}

/** What to do about missing parts, and the words that announce it. */
export interface Plan {
  say: string
  /** Commands to run, in order; absent where a person has to do it. */
  install?: readonly (readonly string[])[]
}

/** Decides what happens when these parts are missing. Pure. */
export function planFor(missing: readonly Part[], { debian, root, skip }: Machine): Plan {
  const list = missing.map(part => `  ${part.name} (${whereLooked(part)}): ${part.purpose}\n`).join('')
  const packages = missing.map(part => part.package)
  const install = [
    ['apt-get', 'update'],
    ['apt-get', 'install', '-y', '--no-install-recommends', ...packages],
  ]
  if (debian && root && !skip)
    return {
      say: `The tests need real parts that this machine lacks:\n${list}Installing ${packages.join(' and ')} with apt-get.\n`,
      install,
    }
  const how = debian
    ? install.map(words => `  ${root ? '' : 'sudo '}${words.join(' ')}\n`).join('')
    : `  with your system's package manager; Debian calls them ${packages.join(' and ')}\n`
  return { say: `The tests need real parts that this machine lacks:\n${list}Install them:\n${how}` }
}

function whereLooked({ commands, variable }: Part): string {
  return `${commands.join(', ')} on PATH${variable ? `, or ${variable}=/path/to/it` : ''}`
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

import { randomUUID } from 'node:crypto'
import type { DifficultyName } from './catalogue/difficulties.ts'
import { type ModelState, modelState } from './catalogue/models.ts'
import type { ModeName } from './catalogue/modes.ts'
import type { SportName } from './catalogue/sports.ts'
import { dayOf } from './clock.ts'
import type { Config } from './config/config.ts'
import { composeInstructions } from './persona.ts'

/** What a caller asked for, already validated. */
export interface SessionRequest {
  model?: string
  voice?: string
  instructions?: string | null
  difficulty?: DifficultyName
  sport?: SportName
  mode?: ModeName
  context?: string | null
}

/** What the session will be. */
export interface Session {
  /** The model asked for; `model.served` is the one the session gets. */
  model: ModelState
  voice: string
  difficulty: DifficultyName
  mode: ModeName | undefined
  sport: SportName | undefined
  instructions: string
  /** Whether any visitor may ask for the very same session: no instructions and no context of the caller's own. */
  shared: boolean
}

/** What is told of a session, in the log and of calls: names from our tables. */
export function namesOf({ model, voice, difficulty, mode, sport }: Session) {
  return { model: model.served, voice, difficulty, mode, sport }
}

/** A name for a session that OpenAI has not named itself, of the same form as its own. */
export function newSessionId(): string {
  return `sess_${randomUUID().replaceAll('-', '')}`
}

type Defaults = Pick<Config, 'REALTIME_MODEL' | 'REALTIME_VOICE' | 'DEFAULT_INSTRUCTIONS'>

/** Decides the session. Pure; `now` (milliseconds since 1970) decides which models have retired. */
export function decideSession(request: SessionRequest, defaults: Defaults, now: number): Session {
  const difficulty = request.difficulty ?? 'easy'
  return {
    model: modelState(request.model ?? defaults.REALTIME_MODEL, now),
    voice: request.voice ?? defaults.REALTIME_VOICE,
    difficulty,
    mode: request.mode,
    sport: request.sport,
    instructions: composeInstructions({ ...request, difficulty }, defaults.DEFAULT_INSTRUCTIONS),
    shared: isShared(request),
  }
}

function isShared(request: SessionRequest): boolean {
  return request.instructions == null && request.context == null
}

/** As many shared sessions as are remembered; a site asks for a few dozen. */
const MAX_REMEMBERED = 512

/**
 * `decideSession` with a memory for shared sessions: asked for alike on the same day they are the very same object, so
 * that what is made from them can be remembered too. Models retire on a day, so what was decided holds for the rest of it.
 */
export function sessionDecider(defaults: Defaults): (request: SessionRequest, now: number) => Session {
  const remembered = new Map<string, Session>()
  return (request, now) => {
    if (!isShared(request)) return decideSession(request, defaults, now)
    const { model, voice, difficulty, mode, sport } = request
    const name = `${dayOf(now)} ${model} ${voice} ${difficulty} ${mode} ${sport}`
    const known = remembered.get(name)
    if (known) return known
    const [oldest] = remembered.keys()
    if (oldest !== undefined && remembered.size >= MAX_REMEMBERED) remembered.delete(oldest)
    const session = decideSession(request, defaults, now)
    remembered.set(name, session)
    return session
  }
}

import type { ErrorCode, Options, TranscriptLine } from '@parker/client'
import type { PageFacts } from '../page/facts.ts'
import type { Picks } from '../settings/settings.ts'

/** Who has the word while the panel is on air. */
export type Floor = 'listening' | 'hearing' | 'thinking' | 'speaking' | 'cut-in'

/** What went wrong, as far as the panel shows it. */
export interface Problem {
  code: ErrorCode
  /** `Date.now()` before which another try is refused. */
  retryAt?: number
  requestId?: string
}

export type Stage =
  | { name: 'loading' }
  /** The microphone was never asked for. */
  | { name: 'first-run' }
  | { name: 'ready' }
  | { name: 'connecting' }
  /** `since` is `Date.now()` at the first moment on air. */
  | { name: 'live'; floor: Floor; muted: boolean; since: number; notice?: string }
  | { name: 'ended'; seconds: number; rating?: number; saved: boolean; saveFailed?: true }
  /** `seconds` on air before it; 0 where the call never began. */
  | { name: 'problem'; problem: Problem; seconds: number; saved: boolean; saveFailed?: true }

export interface PanelState {
  view: 'talk' | 'transcripts'
  stage: Stage
  /** What was loaded no longer holds: the service's address has changed, or the network is back. */
  moved: boolean
  microphone: PermissionState
  page?: PageFacts
  options?: Options
  picks: Picks
  lines: readonly TranscriptLine[]
}

export type PanelEvent =
  | { type: 'view'; view: PanelState['view'] }
  | { type: 'page'; page: PageFacts | undefined }
  | { type: 'loaded'; options: Options; microphone: PermissionState }
  | { type: 'microphone'; microphone: PermissionState }
  | { type: 'picks'; picks: Picks }
  | { type: 'connecting' | 'again' | 'moved' | 'online' | 'reload' | 'saved' | 'save-failed' }
  | { type: 'floor'; floor: Floor; now: number }
  | { type: 'muted'; muted: boolean }
  | { type: 'notice'; text: string }
  | { type: 'line'; line: TranscriptLine }
  | { type: 'ended'; now: number }
  | { type: 'problem'; problem: Problem; now: number }
  | { type: 'rated'; rating: number }

type Handler<Type extends PanelEvent['type']> = (
  state: PanelState,
  event: Extract<PanelEvent, { type: Type }>,
) => PanelState

export const START: PanelState = {
  view: 'talk',
  stage: { name: 'loading' },
  moved: false,
  microphone: 'prompt',
  picks: {},
  lines: [],
}

/** The panel's state after something has happened. */
export function reduce(state: PanelState, event: PanelEvent): PanelState {
  const handler = HANDLERS[event.type] as (state: PanelState, event: PanelEvent) => PanelState
  return handler(state, event)
}

const HANDLERS: { [Type in PanelEvent['type']]: Handler<Type> } = {
  view: (state, { view }) => ({ ...state, view }),
  page: (state, { page }) => (page ? { ...state, page } : state),
  loaded: (state, { options, microphone }) => ({ ...state, options, microphone, stage: gate(microphone) }),
  microphone: (state, { microphone }) => ({
    ...state,
    microphone,
    ...(isAtGate(state) ? { stage: gate(microphone) } : {}),
  }),
  picks: (state, { picks }) => ({ ...state, picks }),
  connecting: state => ({ ...state, stage: { name: 'connecting' }, lines: [] }),
  again: state => ({ ...state, stage: gate(state.microphone), lines: [] }),
  moved: state => ({ ...state, moved: true }),
  online,
  reload: state => ({ ...state, stage: { name: 'loading' }, moved: false, lines: [] }),
  floor: (state, { floor, now }) => ({ ...state, stage: onAir(state.stage, floor, now) }),
  muted: (state, { muted }) => onlyIn('live', state, stage => ({ ...stage, muted })),
  notice: (state, { text }) => onlyIn('live', state, stage => ({ ...stage, notice: text })),
  line: (state, { line }) => ({ ...state, lines: withLine(state.lines, line) }),
  ended: (state, { now }) => {
    const seconds = secondsOnAir(state.stage, now)
    if (state.stage.name === 'connecting') return { ...state, stage: gate(state.microphone) }
    return { ...state, stage: { name: 'ended', seconds, saved: false } }
  },
  problem: (state, { problem, now }) => {
    const seconds = secondsOnAir(state.stage, now)
    return { ...state, stage: { name: 'problem', problem, seconds, saved: false } }
  },
  rated: (state, { rating }) => onlyIn('ended', state, stage => ({ ...stage, rating })),
  saved: state => ({
    ...state,
    stage: 'saved' in state.stage ? { ...state.stage, saved: true } : state.stage,
  }),
  'save-failed': state => ({
    ...state,
    stage: 'saved' in state.stage ? { ...state.stage, saveFailed: true } : state.stage,
  }),
}

/** With the network back all is loaded anew; but what was said is kept until one turns from it. */
function online(state: PanelState): PanelState {
  const { stage } = state
  if (stage.name !== 'problem' || stage.problem.code !== 'offline') return state
  if (spokenLines(state).length === 0) return { ...state, moved: true }
  return { ...state, stage: { ...stage, problem: { code: 'call-lost' } } }
}

/** Before anything else comes the microphone's permission. */
function gate(microphone: PermissionState): Stage {
  if (microphone === 'granted') return { name: 'ready' }
  if (microphone === 'prompt') return { name: 'first-run' }
  return { name: 'problem', problem: { code: 'microphone-blocked' }, seconds: 0, saved: false }
}

/** A change of the permission moves the panel only where it waits for one. */
function isAtGate({ stage }: PanelState): boolean {
  if (stage.name === 'problem') return stage.problem.code === 'microphone-blocked'
  return stage.name === 'first-run' || stage.name === 'ready'
}

/** A notice stays until somebody has the word again. */
function onAir(stage: Stage, floor: Floor, now: number): Stage {
  if (stage.name === 'connecting') return { name: 'live', floor, muted: false, since: now }
  if (stage.name !== 'live') return stage
  const { notice, ...rest } = stage
  const goesOn = floor === 'hearing' || floor === 'speaking'
  return { ...rest, floor, ...(notice !== undefined && !goesOn ? { notice } : {}) }
}

/**
 * Whether to load everything anew, from another service. Not during a talk, whose microphone would stay open unseen, nor
 * while what was said can still be saved.
 */
export function isDueForReload(state: PanelState): boolean {
  const { name } = state.stage
  const busy = name === 'connecting' || name === 'live' || name === 'ended'
  return state.moved && !busy && !(name === 'problem' && spokenLines(state).length > 0)
}

function onlyIn<Name extends Stage['name']>(
  name: Name,
  state: PanelState,
  change: (stage: Extract<Stage, { name: Name }>) => Stage,
): PanelState {
  if (state.stage.name !== name) return state
  return { ...state, stage: change(state.stage as Extract<Stage, { name: Name }>) }
}

function withLine(lines: readonly TranscriptLine[], line: TranscriptLine): readonly TranscriptLine[] {
  const known = lines.some(({ id }) => id === line.id)
  return known ? lines.map(old => (old.id === line.id ? line : old)) : [...lines, line]
}

function secondsOnAir(stage: Stage, now: number): number {
  return stage.name === 'live' ? Math.round((now - stage.since) / 1000) : 0
}

/** The lines in which something was said. */
export function spokenLines({ lines }: PanelState): readonly TranscriptLine[] {
  return lines.filter(({ text }) => text.trim() !== '')
}

import type { TranscriptLine } from '@parker/client'
import { type Floor, type PanelEvent, type PanelState, type Stage, spokenLines } from './state.ts'

type Handler<Type extends PanelEvent['type']> = (
  state: PanelState,
  event: Extract<PanelEvent, { type: Type }>,
) => PanelState

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

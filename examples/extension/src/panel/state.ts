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

export const START: PanelState = {
  view: 'talk',
  stage: { name: 'loading' },
  moved: false,
  microphone: 'prompt',
  picks: {},
  lines: [],
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

/** The lines in which something was said. */
export function spokenLines({ lines }: PanelState): readonly TranscriptLine[] {
  return lines.filter(({ text }) => text.trim() !== '')
}

import type { Levels, Options } from '@parker/client'
import type { PageFacts } from '../src/page/facts.ts'
import { type PanelState, START, type Stage } from '../src/panel/state.ts'
import type { SavedTranscript } from '../src/transcripts/transcript.ts'

/** One picture of the panel. */
export interface Scene {
  state: PanelState
  levels?: Levels
  /** Shown in place of the talk. */
  saved?: SavedTranscript[]
}

/** As a service with its defaults answers. */
const OPTIONS: Options = {
  models: [],
  voices: [
    { name: 'verse', description: 'Balanced, professional and warm.', default: true },
    { name: 'cedar', description: 'Deep and authoritative.', default: false },
    { name: 'marin', description: 'Light, conversational and energetic.', default: false },
  ],
  difficulties: [
    {
      name: 'easy',
      description: 'Encouraging and supportive: gives your good ideas their due and argues with a smile.',
      default: true,
    },
    { name: 'savage', description: 'Brutally honest and direct.', default: false },
    { name: 'expert', description: 'One analyst to another.', default: false },
  ],
  sports: ['basketball', 'football', 'baseball', 'hockey', 'soccer'].map(name => ({ name, description: '' })),
  modes: [
    {
      name: 'debate',
      description: 'Parker takes the other side of your argument, point by point, and gives a verdict when you ask.',
    },
    {
      name: 'hot_take',
      description: 'Parker opens with one bold take, defends it, invites yours and rates its heat.',
    },
  ],
}

/** A made-up game. */
const PAGE: PageFacts = {
  sport: 'basketball',
  teams: [
    { name: 'Harbor City Gulls', score: '99' },
    { name: 'Mill Valley Foxes', score: '101' },
  ],
  status: '4th 0:42',
  headline: 'Foxes survive a late run as the Gulls go cold from three',
}

const YOU = 'The Foxes won this on defense. Nobody could get a clean look in the last four minutes.'
const PARKER =
  'Defense? Come on, the Gulls missed six open corner threes. That is not a wall, that is a cold spell with good timing.'
const ANSWER = 'They rushed every one of them. Watch the closeouts again.'

const LINES = [
  { id: '1', who: 'you', text: YOU, final: true },
  { id: '2', who: 'parker', text: PARKER, final: true },
  { id: '3', who: 'you', text: ANSWER, final: true },
] as const

const saidBy = (who: 'you' | 'parker', text: string, final = false) => ({ id: '9', who, text, final })

const READY: PanelState = { ...START, stage: { name: 'ready' }, options: OPTIONS, page: PAGE }
const since = Date.now() - 83_000
const live = (stage: Partial<Extract<Stage, { name: 'live' }>>): Stage => ({
  name: 'live',
  floor: 'listening',
  muted: false,
  since,
  ...stage,
})
const problem = (code: Extract<Stage, { name: 'problem' }>['problem']['code'], more: object = {}): PanelState => ({
  ...READY,
  stage: { name: 'problem', problem: { code, ...more }, seconds: 0, saved: false },
})

const SAVED: SavedTranscript[] = [
  {
    id: 'a',
    savedAt: '2026-03-04T20:15:00.000Z',
    title: 'Harbor City Gulls – Mill Valley Foxes',
    mode: 'debate',
    difficulty: 'savage',
    voice: 'cedar',
    seconds: 187,
    rating: 5,
    lines: LINES.map(({ who, text }) => ({ who, text })),
  },
  {
    id: 'b',
    savedAt: '2026-03-02T18:40:00.000Z',
    title: 'Should the shootout go?',
    mode: 'hot_take',
    difficulty: 'easy',
    voice: 'verse',
    seconds: 95,
    lines: [{ who: 'you', text: 'The shootout is the best five minutes of the night. Keep it.' }],
  },
  {
    id: 'c',
    savedAt: '2026-02-27T21:05:00.000Z',
    title: 'North Pier Rovers – Union Alley',
    mode: 'debate',
    difficulty: 'expert',
    voice: 'marin',
    seconds: 241,
    rating: 4,
    lines: [{ who: 'you', text: 'Playing three at the back cost them the midfield.' }],
  },
]

/** Every state of the panel, by the name of its picture. */
export const SCENES: Record<string, Scene> = {
  'first-run': { state: { ...START, stage: { name: 'first-run' }, options: OPTIONS } },
  ready: { state: READY },
  connecting: { state: { ...READY, stage: { name: 'connecting' } } },
  listening: {
    state: { ...READY, stage: live({}), lines: LINES.slice(0, 2) },
    levels: { microphone: 0.002, parker: 0 },
  },
  hearing: {
    state: { ...READY, stage: live({ floor: 'hearing' }), lines: [...LINES.slice(0, 2), saidBy('you', '')] },
    levels: { microphone: 0.16, parker: 0 },
  },
  speaking: {
    state: { ...READY, stage: live({ floor: 'speaking' }), lines: [LINES[0], saidBy('parker', PARKER.slice(0, 62))] },
    levels: { microphone: 0.004, parker: 0.2 },
  },
  interrupted: {
    state: {
      ...READY,
      stage: live({ floor: 'cut-in' }),
      lines: [LINES[0], saidBy('parker', PARKER.slice(0, 47), true), { ...saidBy('you', ''), id: '10' }],
    },
    levels: { microphone: 0.12, parker: 0 },
  },
  muted: {
    state: { ...READY, stage: live({ muted: true, notice: 'Parker did not answer. Say it again.' }), lines: LINES },
  },
  ended: { state: { ...READY, stage: { name: 'ended', seconds: 187, rating: 4, saved: false }, lines: LINES } },
  'rate-limited': { state: problem('rate-limited', { retryAt: Date.now() + 42_000 }) },
  offline: { state: problem('offline') },
  down: { state: problem('service-unreachable') },
  refused: { state: problem('origin-refused', { requestId: '7b1c5a52-41f6-4a0e-9d5e-0f2f6f1f6a11' }) },
  blocked: { state: problem('microphone-blocked') },
  'call-lost': {
    state: {
      ...READY,
      stage: { name: 'problem', problem: { code: 'call-lost' }, seconds: 83, saved: false },
      lines: LINES,
    },
  },
  transcripts: { state: { ...READY, view: 'transcripts' }, saved: SAVED },
  'no-transcripts': { state: { ...READY, view: 'transcripts' }, saved: [] },
}

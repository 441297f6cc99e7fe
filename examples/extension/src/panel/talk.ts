import type { Parker } from '@parker/client'
import { type PageFacts, titleOf } from '../page/facts.ts'
import type { OpenStore } from '../transcripts/store.ts'
import type { SavedTranscript } from '../transcripts/transcript.ts'
import { type Conversation, startConversation } from './conversation.ts'
import type { Panel } from './panel.ts'
import { type PanelState, spokenLines } from './state.ts'
import { label, type Picked, readPickers } from './views/pickers.ts'

/** The talk that runs, or the last one. What it is asked before there is one does nothing. */
export interface Talk {
  /** The microphone and the token come now and not before: until then nothing is open and nothing is used up. */
  start(): void
  /** Tells Parker what is on the page now, while it connects too: the call remembers what it is to tell. */
  page(facts: PageFacts): void
  toggleMute(): void
  cutIn(): void
  hangUp(): void
  /** 1 to 5. */
  rate(rating: number): void
  /** Keeps what was said on this machine. */
  save(): Promise<void>
}

/** What is known of a talk from its start. */
interface Begun {
  /** Names it among those that were saved. */
  id: string
  picked: Picked
  /** What the page was about. */
  topic: string | undefined
}

export function createTalk(panel: Panel, parker: () => Parker, store: OpenStore): Talk {
  let begun: Begun | undefined
  let conversation: Conversation | undefined
  return {
    start() {
      const { page } = panel.state
      const picked = readPickers(page?.sport)
      begun = { id: crypto.randomUUID(), picked, topic: page && titleOf(page) }
      conversation = startConversation(parker(), picked, page, panel.tell)
    },
    page(facts) {
      if (['connecting', 'live'].includes(panel.state.stage.name)) conversation?.page(facts)
    },
    toggleMute() {
      const { stage } = panel.state
      if (stage.name === 'live') conversation?.mute(!stage.muted)
    },
    cutIn: () => conversation?.cutIn(),
    hangUp: () => conversation?.hangUp(),
    rate: rating => conversation?.rate(rating),
    async save() {
      const transcript = begun && transcriptOf(begun, panel.state)
      if (!transcript) return
      try {
        await (await store()).save(transcript)
        panel.tell({ type: 'saved' })
      } catch {
        panel.tell({ type: 'save-failed' })
      }
    },
  }
}

/** Nothing before the talk is over. */
function transcriptOf({ id, picked, topic }: Begun, state: PanelState): SavedTranscript | undefined {
  const { stage } = state
  if (stage.name !== 'ended' && stage.name !== 'problem') return undefined
  const rating = stage.name === 'ended' && stage.rating !== undefined ? { rating: stage.rating } : {}
  return {
    id,
    savedAt: new Date().toISOString(),
    title: topic ?? `${label(picked.mode ?? 'talk')} with Parker`,
    seconds: stage.seconds,
    ...picked,
    ...rating,
    lines: spokenLines(state).map(({ who, text }) => ({ who, text })),
  }
}

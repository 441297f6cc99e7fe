import { createParker, type Parker } from '@parker/client'
import { byId, setText } from '../dom.ts'
import { microphonePermission, openPermissionTab } from '../microphone.ts'
import { askPage, onOtherPage } from '../page/ask.ts'
import { titleOf } from '../page/facts.ts'
import { loadPicks, onServiceOrigin, savePicks, serviceOrigin } from '../settings/settings.ts'
import { openStore } from '../transcripts/store.ts'
import { showTranscripts } from '../transcripts/view.ts'
import { type Conversation, problemOf, startConversation } from './conversation.ts'
import type { Remedy } from './problems.ts'
import { createRenderer, drawClocks } from './render.ts'
import { isDueForReload, type PanelEvent, type PanelState, reduce, START, spokenLines } from './state.ts'
import { label, type Picked, readPickers } from './views/pickers.ts'

const SECOND_MS = 1000

const REMEDIES: Record<Remedy, () => void> = {
  'try-again': () => void load(),
  microphone: openPermissionTab,
  settings: openOptions,
}

let state: PanelState = START
let parker: Parker
let conversation: Conversation | undefined
let picked: Picked = {}
/** What the page was about when the talk began. */
let topic: string | undefined
/** Names the talk among those that were saved. */
let talkId = ''
const store = openStore()

const render = createRenderer({
  picked: picks => void savePicks(picks),
  rate: rating => conversation?.rate(rating),
  remedy: remedy => REMEDIES[remedy](),
})

function tell(event: PanelEvent): void {
  state = reduce(state, event)
  render(state)
  if (isDueForReload(state)) void load()
}

/** Everything that the panel needs before a talk; also the way out of a problem. */
async function load(): Promise<void> {
  tell({ type: 'reload' })
  try {
    const asked = createParker({ service: await serviceOrigin() })
    parker = asked
    const [options, permission] = await Promise.all([asked.options(), microphonePermission()])
    // Meanwhile the address may have changed again.
    if (asked === parker) tell({ type: 'loaded', options, microphone: permission.state })
  } catch (error) {
    tell({ type: 'problem', problem: problemOf(error), now: Date.now() })
  }
}

async function readPage(): Promise<void> {
  const page = await askPage()
  tell({ type: 'page', page })
  if (page && state.stage.name === 'live') conversation?.page(page)
}

/** The microphone and the token come at the click and not before: until then nothing is open and nothing is used up. */
function goOnAir(): void {
  picked = readPickers(state.page?.sport)
  topic = state.page && titleOf(state.page)
  talkId = crypto.randomUUID()
  conversation = startConversation(parker, picked, state.page, tell)
}

async function save(): Promise<void> {
  const { stage } = state
  if (stage.name !== 'ended' && stage.name !== 'problem') return
  const lines = spokenLines(state).map(({ who, text }) => ({ who, text }))
  const title = topic ?? `${label(picked.mode ?? 'talk')} with Parker`
  const rating = stage.name === 'ended' && stage.rating !== undefined ? { rating: stage.rating } : {}
  const facts = { id: talkId, savedAt: new Date().toISOString(), title, seconds: stage.seconds }
  await (await store).save({ ...facts, ...picked, ...rating, lines })
  tell({ type: 'saved' })
  setText(byId('save-status'), 'Transcript saved.')
}

async function openTranscripts(): Promise<void> {
  if (state.view === 'transcripts') return closeTranscripts()
  tell({ type: 'view', view: 'transcripts' })
  await showTranscripts(byId('transcripts'), await store, closeTranscripts)
}

function closeTranscripts(): void {
  tell({ type: 'view', view: 'talk' })
  byId('show-transcripts').focus()
}

function openOptions(): void {
  void chrome.runtime.openOptionsPage()
}

function onClick(id: string, act: () => void): void {
  byId(id).addEventListener('click', act)
}

onClick('allow-microphone', openPermissionTab)
onClick('show-transcripts', openTranscripts)
onClick('show-options', openOptions)
onClick('mute', () => state.stage.name === 'live' && conversation?.mute(!state.stage.muted))
onClick('cut-in', () => conversation?.cutIn())
onClick('hang-up', () => conversation?.hangUp())
onClick('save', save)
onClick('again', () => tell({ type: 'again' }))
byId('lineup').addEventListener('submit', event => {
  event.preventDefault()
  goOnAir()
})
onOtherPage(readPage)
onServiceOrigin(() => tell({ type: 'moved' }))
setInterval(() => drawClocks(state), SECOND_MS)
microphonePermission().then(permission => {
  permission.onchange = () => tell({ type: 'microphone', microphone: permission.state })
})

tell({ type: 'picks', picks: await loadPicks() })
await Promise.all([load(), readPage()])

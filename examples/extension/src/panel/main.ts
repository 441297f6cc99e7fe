import { createParker, type Parker } from '@parker/client'
import { byId } from '../dom.ts'
import { microphonePermission, openPermissionTab } from '../microphone.ts'
import { askPage, onOtherPage } from '../page/ask.ts'
import { titleOf } from '../page/facts.ts'
import { loadPicks, onServiceOrigin, savePicks, serviceOrigin } from '../settings/settings.ts'
import { openStore, type TranscriptStore } from '../transcripts/store.ts'
import { showTranscripts, showUnreadable } from '../transcripts/view.ts'
import { type Conversation, problemOf, startConversation } from './conversation.ts'
import type { Remedy } from './problems.ts'
import { createRenderer, drawClocks } from './render.ts'
import { isDueForReload, type PanelEvent, type PanelState, reduce, START, spokenLines } from './state.ts'
import { label, type Picked, readPickers } from './views/pickers.ts'

const SECOND_MS = 1000
/** Scores change without a new page; asking costs the page a few look-ups. */
const READ_AGAIN_MS = 30_000

const REMEDIES: Record<Remedy, () => void> = {
  'try-again': () => void load(),
  microphone: openPermissionTab,
  settings: openOptions,
}

let state: PanelState = START
let parker: Parker
/** How often it was loaded, and the page asked. */
let loads = 0
let reads = 0
let conversation: Conversation | undefined
let picked: Picked = {}
/** What the page was about when the talk began. */
let topic: string | undefined
/** Names the talk among those that were saved. */
let talkId = ''
let opened: Promise<TranscriptStore> | undefined

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
  const load = ++loads
  tell({ type: 'reload' })
  const event = await loaded().catch(
    (error): PanelEvent => ({ type: 'problem', problem: problemOf(error), now: Date.now() }),
  )
  // Another address may have been loaded meanwhile, and a talk begun there.
  if (load === loads) tell(event)
}

async function loaded(): Promise<PanelEvent> {
  parker = createParker({ service: await serviceOrigin() })
  const [options, permission] = await Promise.all([parker.options(), microphonePermission()])
  return { type: 'loaded', options, microphone: permission.state }
}

async function readPage(): Promise<void> {
  const read = ++reads
  const page = await askPage()
  // A slow tab may answer when another has come to the front.
  if (read !== reads) return
  tell({ type: 'page', page })
  // While it connects too: the call remembers what it is to tell.
  if (page && ['connecting', 'live'].includes(state.stage.name)) conversation?.page(page)
}

/** The microphone and the token come at the click and not before: until then nothing is open and nothing is used up. */
function goOnAir(): void {
  picked = readPickers(state.page?.sport)
  topic = state.page && titleOf(state.page)
  talkId = crypto.randomUUID()
  conversation = startConversation(parker, picked, state.page, tell)
  // The score may have changed since; the answer comes long before the line is open.
  void readPage()
}

async function save(): Promise<void> {
  const { stage } = state
  if (stage.name !== 'ended' && stage.name !== 'problem') return
  const lines = spokenLines(state).map(({ who, text }) => ({ who, text }))
  const title = topic ?? `${label(picked.mode ?? 'talk')} with Parker`
  const rating = stage.name === 'ended' && stage.rating !== undefined ? { rating: stage.rating } : {}
  const facts = { id: talkId, savedAt: new Date().toISOString(), title, seconds: stage.seconds }
  try {
    await (await store()).save({ ...facts, ...picked, ...rating, lines })
    tell({ type: 'saved' })
  } catch {
    tell({ type: 'save-failed' })
  }
}

/** Opened at the first use, and anew where that failed. */
function store(): Promise<TranscriptStore> {
  opened ??= openStore().catch(error => {
    opened = undefined
    throw error
  })
  return opened
}

async function openTranscripts(): Promise<void> {
  if (state.view === 'transcripts') return closeTranscripts()
  tell({ type: 'view', view: 'transcripts' })
  const place = byId('transcripts')
  try {
    await showTranscripts(place, await store(), closeTranscripts)
  } catch {
    showUnreadable(place, closeTranscripts)
  }
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
addEventListener('online', () => tell({ type: 'online' }))
setInterval(() => drawClocks(state), SECOND_MS)
setInterval(() => state.stage.name === 'live' && readPage(), READ_AGAIN_MS)
microphonePermission().then(permission => {
  permission.onchange = () => tell({ type: 'microphone', microphone: permission.state })
})

tell({ type: 'picks', picks: await loadPicks() })
await Promise.all([load(), readPage()])

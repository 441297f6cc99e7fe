import { openPermissionTab } from '../microphone.ts'
import { loadPicks, savePicks } from '../settings/settings.ts'
import { storeOnceNeeded } from '../transcripts/store.ts'
import { createLoading } from './loading.ts'
import { pageReader } from './page-reader.ts'
import { createPanel } from './panel.ts'
import { createRenderer } from './render.ts'
import { savedTranscripts } from './saved.ts'
import { isDueForReload } from './state.ts'
import { createTalk } from './talk.ts'
import { followBrowser, openOptions, wireButtons } from './wiring.ts'

const panel = createPanel()
const store = storeOnceNeeded()
const { load, parker } = createLoading(panel)
const talk = createTalk(panel, parker, store)
const readPage = pageReader(panel, talk)

const remedies = { 'try-again': load, microphone: openPermissionTab, settings: openOptions }
panel.onChange(createRenderer({ picked: savePicks, rate: talk.rate, remedy: remedy => remedies[remedy]() }))
panel.onChange(state => {
  if (isDueForReload(state)) void load()
})
wireButtons(panel, { talk, readPage, toggleTranscripts: savedTranscripts(panel, store) })
followBrowser(panel, readPage)

panel.tell({ type: 'picks', picks: await loadPicks() })
await Promise.all([load(), readPage()])

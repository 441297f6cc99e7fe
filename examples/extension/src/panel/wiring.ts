import { byId } from '../dom.ts'
import { microphonePermission, openPermissionTab } from '../microphone.ts'
import { onOtherPage } from '../page/ask.ts'
import { onServiceOrigin } from '../settings/settings.ts'
import type { Panel } from './panel.ts'
import { drawClocks } from './render.ts'
import type { Talk } from './talk.ts'

const SECOND_MS = 1000
/** Scores change without a new page; asking costs the page a few look-ups. */
const READ_AGAIN_MS = 30_000

/** What the buttons of the panel do. */
export interface ButtonActs {
  talk: Talk
  readPage(): Promise<void>
  toggleTranscripts(): Promise<void>
}

/** Connects the buttons that are always on the page. */
export function wireButtons({ tell }: Panel, { talk, readPage, toggleTranscripts }: ButtonActs): void {
  const clicks: Record<string, () => void> = {
    'allow-microphone': openPermissionTab,
    'show-transcripts': toggleTranscripts,
    'show-options': openOptions,
    mute: talk.toggleMute,
    'cut-in': talk.cutIn,
    'hang-up': talk.hangUp,
    save: talk.save,
    again: () => tell({ type: 'again' }),
  }
  for (const [id, act] of Object.entries(clicks)) byId(id).addEventListener('click', act)
  byId('lineup').addEventListener('submit', event => {
    event.preventDefault()
    talk.start()
    // The score may have changed since; the answer comes long before the line is open.
    void readPage()
  })
}

/** Follows what changes around the panel: the page in front, the settings, the network, the microphone, the time. */
export function followBrowser(panel: Panel, readPage: () => Promise<void>): void {
  const { tell } = panel
  onOtherPage(readPage)
  onServiceOrigin(() => tell({ type: 'moved' }))
  addEventListener('online', () => tell({ type: 'online' }))
  setInterval(() => drawClocks(panel.state), SECOND_MS)
  setInterval(() => panel.state.stage.name === 'live' && readPage(), READ_AGAIN_MS)
  microphonePermission().then(permission => {
    permission.onchange = () => tell({ type: 'microphone', microphone: permission.state })
  })
}

export function openOptions(): void {
  void chrome.runtime.openOptionsPage()
}

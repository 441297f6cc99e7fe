import { byId, setText } from './dom.ts'
import { microphonePermission } from './microphone.ts'

/** `missing` is no permission of the browser's: there is nothing to permit. */
type Shown = PermissionState | 'missing'

const sections = [...document.querySelectorAll<HTMLElement>('[data-for]')]

function show(shown: Shown): void {
  document.body.dataset.microphone = shown
  for (const section of sections) section.hidden = section.dataset.for !== shown
}

/** Opens the microphone so that the browser asks, and closes it at once. */
async function ask(): Promise<void> {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true })
    for (const track of stream.getTracks()) track.stop()
    show('granted')
  } catch (error) {
    if ((error as DOMException).name === 'NotFoundError') return show('missing')
    show((await microphonePermission()).state)
    setText(byId('unanswered'), 'The question was closed without an answer. Press the button to see it again.')
  }
}

/** Chrome's page for this extension's permissions; no page may link to it, but an extension may open it. */
function openSiteSettings(): void {
  const site = encodeURIComponent(location.origin)
  void chrome.tabs.create({ url: `chrome://settings/content/siteDetails?site=${site}` })
}

byId('ask').addEventListener('click', ask)
byId('again').addEventListener('click', ask)
byId('close').addEventListener('click', () => window.close())
// Firefox lets no extension open its own pages.
byId('site-settings').hidden = location.protocol !== 'chrome-extension:'
byId('site-settings').addEventListener('click', openSiteSettings)
const permission = await microphonePermission()
permission.onchange = () => show(permission.state)
show(permission.state)

import { type PageFacts, readFacts } from './facts.ts'

/** What the panel asks of the content script. */
export const READ_PAGE = 'read-page'

/** Asks the tab in front what is on it; nothing where no content script answers, which is everywhere but on espn.com. */
export async function askPage(): Promise<PageFacts | undefined> {
  try {
    const [tab] = await chrome.tabs.query({ active: true, currentWindow: true })
    if (tab?.id === undefined) return undefined
    const answer: unknown = await chrome.tabs.sendMessage(tab.id, READ_PAGE, { frameId: 0 })
    return answer === undefined ? undefined : readFacts(answer)
  } catch {
    return undefined
  }
}

/** Calls back when another tab comes to the front, or the one in front has loaded or moved on. */
export function onOtherPage(changed: () => void): void {
  chrome.tabs.onActivated.addListener(changed)
  chrome.tabs.onUpdated.addListener((_id, { status }, tab) => {
    if (tab.active && status === 'complete') changed()
  })
}

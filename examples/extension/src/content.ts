import { READ_PAGE } from './page/ask.ts'
import { readPage } from './page/read-page.ts'

/** Reads the page when the panel asks, and only then. Only this extension can send messages here. */
chrome.runtime.onMessage.addListener((message: unknown, _sender, answer) => {
  if (message === READ_PAGE) answer(readPage(document, location.pathname))
})

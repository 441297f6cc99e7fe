import { byId, make } from './dom.js'

const NAMES = { you: 'You', parker: 'Parker' }
/** Stands for words that are to come. */
const WAITING = '…'
let lines = new Map()

export function clearTranscript() {
  lines = new Map()
  byId('transcript').replaceChildren()
}

/** Shows a line as it grows, with dots for words that are to come; an answer cut off before its first word goes again. */
export function showLine({ id, who, text, final }) {
  if (final && !text) return lines.get(id)?.item.remove()
  const line = lines.get(id) ?? newLine(id, who)
  line.words.textContent = text || WAITING
  line.item.dataset.final = String(final)
  byId('transcript').scrollTop = byId('transcript').scrollHeight
}

/** No more words will come: whoever was heard without being written down is said to have been. */
export function endTranscript() {
  for (const { item, words } of lines.values()) {
    if (item.dataset.final === 'false' && words.textContent === WAITING) words.textContent = '(not transcribed)'
  }
}

function newLine(id, who) {
  const words = make('span', { className: 'words' })
  const item = make('li', { className: `line line-${who}` }, make('b', { textContent: NAMES[who] }), words)
  byId('transcript').append(item)
  lines.set(id, { item, words })
  return lines.get(id)
}

import { byId, make } from './dom.js'

const NAMES = { you: 'You', parker: 'Parker' }
let lines = new Map()

export function clearTranscript() {
  lines = new Map()
  byId('transcript').replaceChildren()
}

/** Shows a line as it grows; a turn that turns out to have no words shows as dots until it has. */
export function showLine({ id, who, text, final }) {
  const line = lines.get(id) ?? newLine(id, who)
  line.words.textContent = text || '…'
  line.item.dataset.final = String(final)
  byId('transcript').scrollTop = byId('transcript').scrollHeight
}

function newLine(id, who) {
  const words = make('span', { className: 'words' })
  const item = make('li', { className: `line line-${who}` }, make('b', { textContent: NAMES[who] }), words)
  byId('transcript').append(item)
  lines.set(id, { item, words })
  return lines.get(id)
}

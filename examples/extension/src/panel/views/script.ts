import type { TranscriptLine } from '@parker/client'
import { byId, setText } from '../../dom.ts'
import { said } from '../../said.ts'
import type { PanelState } from '../state.ts'

/** Stages that show what was said. */
const WITH_SCRIPT = ['connecting', 'live', 'ended', 'problem']

/** The live transcript: a line is added once and its text changed in place, so that a screen reader reads what is new. */
export function scriptView(): (state: PanelState) => void {
  const section = byId('script')
  const list = byId('lines')
  const elements = new Map<string, HTMLElement>()
  let drawn: PanelState['lines'] = []
  return ({ lines, stage }) => {
    section.hidden = !WITH_SCRIPT.includes(stage.name) || (stage.name === 'problem' && lines.length === 0)
    byId('no-lines').hidden = lines.length > 0
    if (lines === drawn) return
    drawn = lines
    if (lines.length === 0) {
      elements.clear()
      list.replaceChildren()
    }
    for (const line of lines) drawLine(list, elements, line)
    section.scrollTop = section.scrollHeight
  }
}

function drawLine(list: HTMLElement, elements: Map<string, HTMLElement>, line: TranscriptLine): void {
  const element = elements.get(line.id) ?? said(line.who, '')
  if (!elements.has(line.id)) {
    elements.set(line.id, element)
    list.append(element)
  }
  element.dataset.final = String(line.final)
  element.hidden = line.final && line.text.trim() === ''
  setText(element.lastElementChild as HTMLElement, line.text)
}

import { byId, setText } from '../../dom.ts'
import { type PanelState, type Stage, spokenLines } from '../state.ts'

const LAMP: Partial<Record<Stage['name'], string>> = { connecting: 'Stand by', live: 'On air' }

/** Shows the parts that a stage has, and takes the keyboard to its title when the stage changes. */
export function stageView(): (state: PanelState) => void {
  const parts = [...document.querySelectorAll<HTMLElement>('[data-for]')]
  let before: string | undefined
  return state => {
    const { stage, view } = state
    document.body.dataset.stage = stage.name
    document.body.dataset.view = view
    setText(byId('lamp'), LAMP[stage.name] ?? 'Off air')
    byId('talk').hidden = view !== 'talk'
    byId('transcripts').hidden = view !== 'transcripts'
    byId('page').hidden = view !== 'talk'
    for (const part of parts) part.hidden = !part.dataset.for?.split(' ').includes(stage.name)
    drawAfter(state)
    drawSaved(stage)
    if (before !== undefined && before !== stage.name && view === 'talk') focusTitle(stage.name)
    before = stage.name
  }
}

/** After a talk it can be saved, once, if anything was said. */
function drawAfter(state: PanelState): void {
  const { stage } = state
  if (stage.name !== 'ended' && stage.name !== 'problem') return
  const said = spokenLines(state).length > 0
  const save = byId<HTMLButtonElement>('save')
  byId('after').hidden = stage.name === 'problem' && !said
  save.hidden = !said
  save.disabled = stage.saved
  setText(save, stage.saved ? 'Saved' : 'Save transcript')
  byId('again').hidden = stage.name === 'problem'
}

/** That it was saved the button shows, so only a screen reader needs the words; that it was not everybody does. */
function drawSaved(stage: Stage): void {
  const line = byId('save-status')
  const { saved, saveFailed } = 'saved' in stage ? stage : { saved: false, saveFailed: false }
  line.className = saved || !saveFailed ? 'hidden' : 'quiet'
  setText(line, saved ? 'Transcript saved.' : saveFailed ? 'The browser refused to keep it. Is the disk full?' : '')
}

function focusTitle(name: Stage['name']): void {
  const part = document.querySelector(`[data-for~="${name}"]`)
  part?.querySelector<HTMLElement>('[tabindex="-1"]')?.focus({ preventScroll: true })
}

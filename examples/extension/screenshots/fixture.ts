import { byId } from '../src/dom.ts'
import { createRenderer } from '../src/panel/render.ts'
import { showLevels } from '../src/panel/views/air.ts'
import { showTranscripts } from '../src/transcripts/view.ts'
import { SCENES, type Scene } from './scenes.ts'

/** The panel's own page and views, holding still in a scene. */
async function show({ state, levels, saved }: Scene): Promise<void> {
  createRenderer({ picked: () => {}, rate: () => {}, remedy: () => {} })(state)
  if (levels) showLevels(levels)
  if (!saved) return
  const store = { list: async () => saved, save: async () => {}, remove: async () => {} }
  await showTranscripts(byId('transcripts'), store, () => {})
}

/** The address names the scene; the page tells which there are, and when it is drawn. */
const scene = SCENES[location.search.slice(1)]
if (scene) await show(scene)
await document.fonts.ready
document.body.dataset.scenes = Object.keys(SCENES).join(' ')

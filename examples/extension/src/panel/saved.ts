import { byId } from '../dom.ts'
import type { OpenStore } from '../transcripts/store.ts'
import { showTranscripts, showUnreadable } from '../transcripts/view.ts'
import type { Panel } from './panel.ts'

/** Gives what the button of the transcripts does: it shows them, or leads back to the talk. */
export function savedTranscripts(panel: Panel, store: OpenStore): () => Promise<void> {
  function close(): void {
    panel.tell({ type: 'view', view: 'talk' })
    byId('show-transcripts').focus()
  }
  return async () => {
    if (panel.state.view === 'transcripts') return close()
    panel.tell({ type: 'view', view: 'transcripts' })
    const place = byId('transcripts')
    try {
      await showTranscripts(place, await store(), close)
    } catch {
      showUnreadable(place, close)
    }
  }
}

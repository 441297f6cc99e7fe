import { askPage } from '../page/ask.ts'
import type { Panel } from './panel.ts'
import type { Talk } from './talk.ts'

/** Gives what reads the page in front, shows it, and tells Parker of it. */
export function pageReader({ tell }: Panel, talk: Talk): () => Promise<void> {
  let reads = 0
  return async () => {
    const read = ++reads
    const page = await askPage()
    // A slow tab may answer when another has come to the front.
    if (read !== reads) return
    tell({ type: 'page', page })
    if (page) talk.page(page)
  }
}

import { newId } from '../ids.ts'
import type { Item } from './server-events.ts'

/** An item and what its wire form does not tell. */
export type Entry = {
  item: Item
  /** How long its sound lasts, in milliseconds; 0 for text. */
  audioMs: number
  /** What a human said, known even where nobody asked for a transcript. */
  heard?: string
}

export type Conversation = {
  readonly id: string
  readonly entries: readonly Entry[]
  find(itemId: string): Entry | undefined
  /** The id of the newest item. */
  last(): string | null
  /**
   * Adds an entry at the end, or after the item `after`; `root` is the beginning.
   * @returns the id of the item before it.
   */
  add(entry: Entry, after?: string | null): string | null
  remove(itemId: string): void
}

/** The items of one session, in their order. */
export const createConversation = (): Conversation => {
  const entries: Entry[] = []
  const indexOf = (itemId: string) => entries.findIndex(({ item }) => item.id === itemId)
  const placeAfter = (after: string | null | undefined) => {
    if (after === 'root') return 0
    return after ? indexOf(after) + 1 : entries.length
  }
  return {
    id: newId('conv'),
    entries,
    find: itemId => entries[indexOf(itemId)],
    last: () => entries.at(-1)?.item.id ?? null,
    add: (entry, after) => {
      const place = placeAfter(after)
      entries.splice(place, 0, entry)
      return entries[place - 1]?.item.id ?? null
    },
    remove: itemId => {
      entries.splice(indexOf(itemId), 1)
    },
  }
}

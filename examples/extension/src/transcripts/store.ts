import { type DBSchema, openDB } from 'idb'
import type { SavedTranscript } from './transcript.ts'

interface Schema extends DBSchema {
  transcripts: { key: string; value: SavedTranscript; indexes: { savedAt: string } }
}

/** What is kept in the browser's IndexedDB, on this machine only. */
export interface TranscriptStore {
  /** Newest first. */
  list(): Promise<SavedTranscript[]>
  save(transcript: SavedTranscript): Promise<void>
  remove(id: string): Promise<void>
}

/** Gives the store. @throws whatever the browser says where it does not open it. */
export type OpenStore = () => Promise<TranscriptStore>

/** A store that is opened at the first use, and anew where that failed. */
export function storeOnceNeeded(): OpenStore {
  let opened: Promise<TranscriptStore> | undefined
  return () => {
    opened ??= openStore().catch(error => {
      opened = undefined
      throw error
    })
    return opened
  }
}

/** Opens the database, which is made the first time. */
async function openStore(): Promise<TranscriptStore> {
  const db = await openDB<Schema>('parker', 1, {
    upgrade(db) {
      db.createObjectStore('transcripts', { keyPath: 'id' }).createIndex('savedAt', 'savedAt')
    },
  })
  return {
    list: async () => (await db.getAllFromIndex('transcripts', 'savedAt')).reverse(),
    save: async transcript => void (await db.put('transcripts', transcript)),
    remove: id => db.delete('transcripts', id),
  }
}

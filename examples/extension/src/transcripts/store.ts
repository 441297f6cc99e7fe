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

/** Opens the database, which is made the first time. */
export async function openStore(): Promise<TranscriptStore> {
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

import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Measurement, Take } from '../lab/measure.ts'

/**
 * Measures in a thread of its own. It is tenths of a second of arithmetic, for which neither tokens should wait nor the
 * clock of another recording. Throws what the thread throws.
 */
export async function measureApart(take: Take): Promise<Measurement> {
  const worker = new Worker(new URL('./thread.ts', import.meta.url), { workerData: take })
  const [found] = await once(worker, 'message')
  return found as Measurement
}

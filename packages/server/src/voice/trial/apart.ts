import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Measurement, Take } from '../lab/measure.ts'
import type { Report } from '../page/report.ts'

/** What a thread is asked to do. */
export type Work = { task: 'measure'; input: Take } | { task: 'page'; input: Report }

/** Far more than ten minutes of sound need; a thread beyond it ends with an error, and the service goes on. */
const LIMITS = { maxOldGenerationSizeMb: 256 }

/**
 * Tenths of a second of arithmetic, in a thread of their own: neither tokens should wait for them nor the clock of another
 * recording. Throws what the thread throws.
 */
async function inThread(work: Work): Promise<unknown> {
  const worker = new Worker(new URL('./thread.ts', import.meta.url), { workerData: work, resourceLimits: LIMITS })
  const [found] = await once(worker, 'message')
  return found
}

export async function measureApart(take: Take): Promise<Measurement> {
  return (await inThread({ task: 'measure', input: take })) as Measurement
}

/** The report as HTML. */
export async function pageApart(report: Report): Promise<string> {
  return (await inThread({ task: 'page', input: report })) as string
}

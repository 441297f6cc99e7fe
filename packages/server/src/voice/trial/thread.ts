import { parentPort, workerData } from 'node:worker_threads'
import type { Work } from './apart.ts'

/** What runs in a thread of its own: see `apart.ts`. */
async function work({ task, input }: Work): Promise<unknown> {
  if (task === 'measure') return (await import('../lab/measure.ts')).measure(input)
  return (await import('../page/page.ts')).reportPage(input)
}

parentPort?.postMessage(await work(workerData as Work))

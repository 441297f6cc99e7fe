import { parentPort, workerData } from 'node:worker_threads'
import { measure, type Take } from '../lab/measure.ts'

/** Runs in a thread of its own: see `apart.ts`. */
parentPort?.postMessage(measure(workerData as Take))

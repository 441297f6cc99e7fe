import { readdirSync, readFileSync } from 'node:fs'

/** Resident memory of a process, bytes. */
export interface Memory {
  now: number
  /** The most since its start. */
  peak: number
}

/** Processor time of a process with all its threads, seconds; undefined where the system does not tell. */
export function cpuSeconds(pid: number): number | undefined {
  const threads = listOf(`/proc/${pid}/task`)
  const nanoseconds = threads.map(thread => Number(read(`/proc/${pid}/task/${thread}/schedstat`)?.split(' ')[0]))
  const sum = nanoseconds.reduce((all, one) => all + one, 0)
  return threads.length === 0 || Number.isNaN(sum) ? undefined : sum / 1e9
}

export function memoryOf(pid: number): Memory | undefined {
  const status = read(`/proc/${pid}/status`)
  const bytes = (name: string) => Number(new RegExp(`^${name}:\\s*(\\d+) kB`, 'm').exec(status ?? '')?.[1]) * 1024
  return status === undefined ? undefined : { now: bytes('VmRSS'), peak: bytes('VmHWM') }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

function listOf(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

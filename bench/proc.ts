import { readFileSync } from 'node:fs'

/** Linux counts processor time in hundredths of a second for all programs, whatever the kernel's own clock does. */
const TICKS_PER_SECOND = 100

/** Resident memory of a process, bytes. */
export interface Memory {
  now: number
  /** The most since its start. */
  peak: number
}

/** Processor time of a process with all its threads, seconds; undefined where there is no `/proc`. */
export function cpuSeconds(pid: number): number | undefined {
  // The second field is the program's name in brackets and may hold blanks.
  const fields = read(`/proc/${pid}/stat`)
    ?.replace(/^.*\) /s, '')
    .split(' ')
  return fields && (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
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

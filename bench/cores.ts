import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Which core the measured server has for itself, and what it takes to start a program there. */
export interface Cores {
  /** Words to put before a command. */
  prefix: readonly string[]
  /** For the page. */
  words: string
}

/**
 * Leaves the first core that this process may use to the servers and moves this process, the load and the stand-in, to
 * the others. Where that cannot be done (one core, or no `taskset`) all share what there is, and the page says so.
 */
export function shareCores(): Cores {
  const [first, ...others] = allowedCores()
  const moved = others.length > 0 && taskset(['-a', '-c', '-p', others.join(','), String(process.pid)])
  if (!moved) return { prefix: [], words: 'not pinned: servers, load and stand-in share the cores' }
  return {
    prefix: ['taskset', '-c', String(first)],
    words: `each server alone on core ${first}; load and stand-in on ${others.length === 1 ? 'core' : 'cores'} ${others.join(', ')}`,
  }
}

function allowedCores(): number[] {
  try {
    const status = readFileSync('/proc/self/status', 'utf8')
    return coresIn(/Cpus_allowed_list:\s*(\S+)/.exec(status)?.[1] ?? '')
  } catch {
    return []
  }
}

/** Reads the kernel's way of writing lists: `0-2,5`. */
export function coresIn(list: string): number[] {
  return list
    .split(',')
    .filter(part => part !== '')
    .flatMap(part => {
      const [from = 0, to = from] = part.split('-').map(Number)
      return Array.from({ length: to - from + 1 }, (_, i) => from + i)
    })
}

function taskset(args: string[]): boolean {
  return spawnSync('taskset', args, { stdio: 'ignore' }).status === 0
}

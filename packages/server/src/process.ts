import { type Problem, problemWith } from './config/read.ts'
import type { Log } from './observe/log.ts'

/** Resolves at the first SIGTERM or SIGINT; further ones change nothing. */
export function terminated(): Promise<void> {
  return new Promise(resolve => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve())
  })
}

/** What to do about a port that cannot be listened on. */
const HINTS: Record<string, string> = {
  EADDRINUSE: ' The port is taken: stop the other program, or set PORT.',
  EACCES: ' The port needs rights that this user does not have: set PORT to one above 1023.',
}

/** What is wrong with a `HOST` that cannot be listened on, whatever the port. */
const BAD_HOSTS: Record<string, string> = {
  EADDRNOTAVAIL: 'is no address of this machine; set it to one that it has, 0.0.0.0 for all; the port goes into PORT',
  EINVAL: 'is an address that lacks its network interface, such as the %eth0 of fe80::1%eth0',
  ENOTFOUND: 'is no address, and no name that is known here; the port goes into PORT',
}

/** The calls that fail where one cannot listen. */
const LISTENING = new Set(['listen', 'getaddrinfo'])

/** The setting that is to blame for what `serve` threw; nothing where none is known to be wrong. */
export function problemOfListening(error: NodeJS.ErrnoException): Problem | undefined {
  const problem = LISTENING.has(error.syscall ?? '') && BAD_HOSTS[error.code ?? '']
  return problem ? problemWith('HOST', problem) : undefined
}

/** An error that nobody caught leaves the process in an unknown state: say so, and end. */
export function endOnFatalError(log: Log): void {
  process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
    const hint = (LISTENING.has(error.syscall ?? '') && HINTS[error.code ?? '']) || ''
    log.logger.fatal(
      { error: error.name, code: error.code, stack: error.stack?.match(/^ {4}at .*$/gm) },
      `Ended by an error.${hint}`,
    )
    log.flush()
    process.exit(1)
  })
}

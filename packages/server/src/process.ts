import type { Log } from './observe/log.ts'

/** Resolves at the first SIGTERM or SIGINT; further ones change nothing. */
export function terminated(): Promise<void> {
  return new Promise(resolve => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve())
  })
}

/** What to do about an address that cannot be listened on. */
const HINTS: Record<string, string> = {
  EADDRINUSE: ' The port is taken: stop the other program, or set PORT.',
  EADDRNOTAVAIL: ' This machine does not have the address: set HOST to one that it has, such as 0.0.0.0.',
  ENOTFOUND: ' HOST is not known here: set it to an address of this machine, such as 0.0.0.0; the port goes into PORT.',
  EACCES: ' The port needs rights that this user does not have: set PORT to one above 1023.',
}

/** The calls that fail then. */
const LISTENING = new Set(['listen', 'getaddrinfo'])

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

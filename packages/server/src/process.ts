import type { Log } from './observe/log.ts'

/** Resolves at the first SIGTERM or SIGINT; further ones change nothing. */
export function terminated(): Promise<void> {
  return new Promise(resolve => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve())
  })
}

/** An error that nobody caught leaves the process in an unknown state: say so, and end. */
export function endOnFatalError(log: Log): void {
  process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
    const hint = error.code === 'EADDRINUSE' ? ' The port is taken: stop the other program, or set PORT.' : ''
    log.logger.fatal(
      { error: error.name, code: error.code, stack: error.stack?.match(/^ {4}at .*$/gm) },
      `Ended by an error.${hint}`,
    )
    log.flush()
    process.exit(1)
  })
}

import { type DestinationStream, type Logger, pino } from 'pino'
import type { Config } from '../config/config.ts'

export type { Logger }

/** Lines that nobody reads pile up in memory at most this far; further ones are dropped rather than stop the service. */
const MAX_BUFFERED_BYTES = 8 * 1_048_576

/** The log, and how to write out what is still buffered. */
export interface Log {
  logger: Logger
  flush(): void
}

/** One JSON object a line on stdout, written without blocking; or, as `pretty`, for people. */
export async function openLog({ LOG_LEVEL, LOG_FORMAT }: Pick<Config, 'LOG_LEVEL' | 'LOG_FORMAT'>): Promise<Log> {
  const file = pino.destination({ fd: 1, sync: false, maxLength: MAX_BUFFERED_BYTES })
  const destination = LOG_FORMAT === 'pretty' ? await prettyPrinter() : file
  const flush = () => {
    try {
      file.flushSync()
    } catch {
      // Nobody reads stdout any more, or it never opened: there is nowhere to say so.
    }
  }
  return { logger: createLogger(LOG_LEVEL, destination), flush }
}

/** Field names and shapes of every line, whatever it is written to. */
function createLogger(level: Config['LOG_LEVEL'], destination: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  return pino(options, destination)
}

async function prettyPrinter(): Promise<DestinationStream> {
  const { default: pretty } = await import('pino-pretty')
  return pretty({ colorize: process.stdout.isTTY, translateTime: false, sync: true })
}

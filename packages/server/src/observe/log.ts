import type { Config } from '../config/config.ts'
import { type LineWriter, lineWriter, unblockedStdout } from './lines.ts'

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
type Level = Exclude<(typeof LEVELS)[number], 'silent'>

/** Writes a line: what happened, after its fields, if it has any. Nothing confidential may be in either. */
interface Write {
  (fields: object, message: string): void
  (message: string): void
}

/** One function a level. */
export type Logger = Record<Level, Write> & {
  isLevelEnabled(level: Level): boolean
  /** Lines that could not be written since the start, because nobody read them. */
  readonly linesLost: number
}

/** The log, and how to write out what is still waiting. */
export interface Log {
  logger: Logger
  flush(): void
}

/** One JSON object a line on stdout, written without blocking; or, as `pretty`, for people. */
export async function openLog({ LOG_LEVEL, LOG_FORMAT }: Pick<Config, 'LOG_LEVEL' | 'LOG_FORMAT'>): Promise<Log> {
  const stdout = lineWriter(unblockedStdout())
  const sink = LOG_FORMAT === 'pretty' ? await prettyPrinter() : stdout
  return { logger: createLogger(LOG_LEVEL, sink), flush: stdout.flush }
}

type Sink = Pick<LineWriter, 'write'> & Partial<Pick<LineWriter, 'dropped'>>

/** Field names and shapes of every line, whatever it is written to. Fields that are undefined are left out. */
export function createLogger(least: Config['LOG_LEVEL'], sink: Sink): Logger {
  const enabled = new Set<string>(LEVELS.slice(LEVELS.indexOf(least)))
  const isLevelEnabled = (level: Level) => enabled.has(level)
  let linesLost = 0
  /** Of these, what no line has told of. */
  let untold = 0

  function put(line: string): void {
    if (!sink.write(line)) {
      linesLost++
      untold++
    } else if (untold > 0) tellOfLoss()
  }

  function tellOfLoss(): void {
    const lines = untold
    untold = 0
    logger.warn({ lines }, 'log_lines_lost')
    // That line may be lost itself.
    if (untold > 0) untold += lines
  }

  const writer = (level: Level): Write => {
    if (!isLevelEnabled(level)) return () => {}
    return (fields: object | string, message?: string) => {
      const [text, msg] = typeof fields === 'string' ? ['', fields] : [JSON.stringify(fields).slice(1, -1), message]
      const comma = text === '' ? '' : ','
      put(`{"level":"${level}","time":"${timeText()}",${text}${comma}"msg":${JSON.stringify(msg)}}\n`)
    }
  }
  const logger: Logger = {
    trace: writer('trace'),
    debug: writer('debug'),
    info: writer('info'),
    warn: writer('warn'),
    error: writer('error'),
    fatal: writer('fatal'),
    isLevelEnabled,
    get linesLost() {
      return linesLost + (sink.dropped ?? 0)
    },
  }
  return logger
}

let saidAt = 0
let said = ''

/** The time as RFC 3339 has it. Under load many lines share a millisecond, and its text. */
function timeText(): string {
  const now = Date.now()
  if (now !== saidAt) said = new Date(now).toISOString()
  saidAt = now
  return said
}

async function prettyPrinter(): Promise<Sink> {
  const { default: pretty } = await import('pino-pretty')
  const printer = pretty({ colorize: process.stdout.isTTY, translateTime: false, sync: true })
  return {
    write(line) {
      printer.write(line)
      return true
    },
  }
}

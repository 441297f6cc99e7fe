import { decideConfig } from './config/config.ts'
import { describeProblems, type Problem } from './config/read.ts'
import { openLog } from './observe/log.ts'
import { endOnFatalError, problemOfListening, terminated } from './process.ts'
import { serve } from './serve.ts'

/** EX_CONFIG of sysexits.h: the settings are wrong, and starting again will not help. */
const EXIT_BAD_SETTINGS = 78

/** The process: settings, log, service, and a quiet end on SIGTERM. */
export async function main(env: Record<string, string | undefined>): Promise<void> {
  const decision = decideConfig(env)
  if ('problems' in decision) return refuse(decision.problems)
  const { config, remarks } = decision
  const log = await openLog(config)
  endOnFatalError(log)
  for (const { level, text } of remarks) log.logger[level](text)
  try {
    await serve(config, log, terminated())
  } catch (error) {
    const problem = problemOfListening(error as NodeJS.ErrnoException)
    if (!problem) throw error
    log.flush()
    refuse([problem])
  }
  process.exit()
}

function refuse(problems: readonly Problem[]): void {
  process.stderr.write(describeProblems(problems))
  process.exitCode = EXIT_BAD_SETTINGS
}

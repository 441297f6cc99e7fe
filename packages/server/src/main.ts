import { decideConfig } from './config/config.ts'
import { describeProblems } from './config/read.ts'
import { openLog } from './observe/log.ts'
import { endOnFatalError, terminated } from './process.ts'
import { serve } from './serve.ts'

/** EX_CONFIG of sysexits.h: the settings are wrong, and starting again will not help. */
const EXIT_BAD_SETTINGS = 78

/** The process: settings, log, service, and a quiet end on SIGTERM. */
export async function main(env: Record<string, string | undefined>): Promise<void> {
  const decision = decideConfig(env)
  if ('problems' in decision) {
    process.stderr.write(describeProblems(decision.problems))
    process.exitCode = EXIT_BAD_SETTINGS
    return
  }
  const { config, remarks } = decision
  const log = await openLog(config)
  endOnFatalError(log)
  for (const { level, text } of remarks) log.logger[level](text)
  await serve(config, log, terminated())
  process.exit(0)
}

import { setTimeout as sleep } from 'node:timers/promises'
import { buildApp } from './app.ts'
import { systemClock } from './clock.ts'
import { type Config, decideConfig } from './config/config.ts'
import { describeProblems } from './config/read.ts'
import { drain } from './drain.ts'
import { type Log, openLog } from './observe/log.ts'
import { createService } from './service.ts'
import { probeRegularly } from './upstream/health.ts'
import { SERVICE_NAME, VERSION } from './version.ts'

/** EX_CONFIG of sysexits.h: the settings are wrong, and starting again will not help. */
const EXIT_BAD_SETTINGS = 78

/** The process: settings, service, listener, and a quiet end on SIGTERM. */
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
  await serve(config, log)
}

async function serve(config: Config, log: Log): Promise<void> {
  const service = createService(config, systemClock, log.logger)
  const app = await buildApp(service)
  const stopProbing = probeRegularly(service.openai.probe, config.HEALTH_CHECK_INTERVAL * 1000)
  await app.listen({ port: config.PORT, host: config.HOST })
  const listening = app.server.address()
  const port = typeof listening === 'object' ? listening?.port : config.PORT
  log.logger.info({ version: VERSION, node: process.version, host: config.HOST, port }, `${SERVICE_NAME} is listening`)

  await terminated()
  service.lifecycle.draining = true
  log.logger.info('Draining: no longer ready, still serving.')
  await sleep(config.SHUTDOWN_DELAY_SECONDS * 1000)
  await drain(app.server, config.SHUTDOWN_GRACE_SECONDS * 1000)
  stopProbing()
  await service.openai.close()
  log.logger.info('Stopped.')
  log.flush()
  process.exit(0)
}

/** Resolves at the first SIGTERM or SIGINT; further ones change nothing. */
function terminated(): Promise<void> {
  return new Promise(resolve => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve())
  })
}

/** An error that nobody caught leaves the process in an unknown state: say so, and end. */
function endOnFatalError(log: Log): void {
  process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
    const hint = error.code === 'EADDRINUSE' ? ' The port is taken: stop the other program, or set PORT.' : ''
    log.logger.fatal({ code: error.code, stack: error.stack?.match(/^ {4}at .*$/gm) }, `Ended by an error.${hint}`)
    log.flush()
    process.exit(1)
  })
}

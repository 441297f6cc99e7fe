import { randomBytes } from 'node:crypto'
import { startEmulator } from '../packages/emulator/src/emulator.ts'
import { type Config, decideConfig } from '../packages/server/src/config/config.ts'
import { describeProblems } from '../packages/server/src/config/read.ts'
import { openLog } from '../packages/server/src/observe/log.ts'
import { endOnFatalError, terminated } from '../packages/server/src/process.ts'
import { type Extend, serve } from '../packages/server/src/serve.ts'
import { BadArguments, readArguments, USAGE } from './arguments.ts'
import { banner, cannotListen } from './banner.ts'
import { demoEnvironment, freePort, ignoredNames, ownOrigins, withOrigins } from './settings.ts'
import { demoSite } from './site.ts'
import { warmUp } from './warm-up.ts'

/** EX_CONFIG of sysexits.h, as for the service itself. */
const EXIT_BAD_SETTINGS = 78

type Environment = Record<string, string | undefined>

/** The service against the emulator, with a page to try it on, until SIGTERM or Ctrl-C. */
export async function main(args: string[], env: Environment): Promise<void> {
  try {
    const { latencyMs, help } = readArguments(args)
    if (help) process.stdout.write(USAGE)
    else await run(latencyMs, env)
  } catch (error) {
    const explanation = error instanceof BadArguments ? `${error.message}\n\n${USAGE}` : cannotListen(error)
    if (explanation === undefined) throw error
    process.stderr.write(explanation)
    process.exit(1)
  }
}

async function run(latencyMs: number, env: Environment): Promise<void> {
  // Made anew for each start, since the keys that sign are derived from it.
  const apiKey = `sk-demo-${randomBytes(16).toString('hex')}`
  const emulator = await startEmulator({ apiKey, latencyMs })
  const decision = decideConfig(demoEnvironment(env, apiKey, emulator.baseUrl))
  if ('problems' in decision) {
    process.stderr.write(describeProblems(decision.problems))
    process.exit(EXIT_BAD_SETTINGS)
  }
  const port = decision.config.PORT || (await freePort(decision.config.HOST))
  const config = withOrigins({ ...decision.config, PORT: port })
  const log = await openLog(config)
  endOnFatalError(log)
  await serve(config, log, terminated(), demoParts(config, emulator.url, latencyMs, ignoredNames(env)))
  await emulator.close()
  process.exit(0)
}

function demoParts(config: Config, openai: string, latencyMs: number, ignored: string[]): Extend {
  const [url = ''] = ownOrigins(config.HOST, config.PORT)
  return app => {
    demoSite(app, openai)
    app.addHook('onListen', async () => {
      process.stdout.write(banner({ url, latencyMs, monitor: config.ADMIN_TOKEN !== undefined, ignored }))
      warmUp()
    })
  }
}

import type { Environment } from '../config/read.ts'
import { ALL_SETTINGS } from '../config/settings.ts'
import { diagnose } from './diagnose.ts'
import { HELP, type Options, readOptions, UsageError } from './options.ts'
import { asJson, asText, exitCode } from './report.ts'

/** EX_USAGE of sysexits.h. */
const EXIT_USAGE = 64

/** Prints what the doctor found; resolves with the exit code. */
export async function main(argv: readonly string[], env: Environment): Promise<number> {
  const options = understand(argv)
  if (!options) return EXIT_USAGE
  if (options.help) {
    process.stdout.write(HELP)
    return 0
  }
  const findings = await diagnose(options, env)
  const text = options.json ? asJson(findings) : asText(findings, process.stdout.isTTY === true && !env.NO_COLOR)
  process.stdout.write(withoutSecrets(text, env, options))
  return exitCode(findings)
}

function understand(argv: readonly string[]): Options | undefined {
  try {
    return readOptions(argv)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`${error.message}\n\n${HELP}`)
    return undefined
  }
}

/** Shorter values stand in any text by chance, and no secret that we take is as short. */
const LEAST_SECRET = 8

/** No finding holds a secret; should one ever, it does not get out here. */
function withoutSecrets(text: string, env: Environment, { headers }: Options): string {
  const names = ALL_SETTINGS.flatMap(([name, row]) => (row.secret ? [name] : []))
  const secrets = [...names.map(name => env[name]), headers.authorization?.replace(/^bearer +/i, '')]
  return secrets.reduce<string>(
    (clean, secret) => (secret && secret.length >= LEAST_SECRET ? clean.replaceAll(secret, '[secret]') : clean),
    text,
  )
}

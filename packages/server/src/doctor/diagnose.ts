import type { Environment } from '../config/read.ts'
import type { SettingName } from '../config/settings.ts'
import type { Context } from './context.ts'
import { checkDeployment } from './deployment/deployment.ts'
import type { Finding } from './findings.ts'
import { checkOpenAi } from './openai.ts'
import type { Options } from './options.ts'
import { checkRedis } from './redis.ts'
import { checkRequest } from './request.ts'
import { readSettings } from './settings.ts'
import { checkSignIn } from './sign-in.ts'
import { notChecked } from './unread.ts'

/** A check of this machine; it is left out where a setting that it needs could not be read. */
interface Check {
  name: string
  needs: readonly SettingName[]
  run(context: Context, options: Options): Promise<Finding[]>
}

const CHECKS: readonly Check[] = [
  { name: 'OpenAI', needs: ['OPENAI_BASE_URL'], run: checkOpenAi },
  { name: 'Sign-in', needs: ['AUTH_JWKS_URL', 'AUTH_ISSUER', 'AUTH_AUDIENCE'], run: checkSignIn },
  { name: 'Redis', needs: ['REDIS_URL'], run: checkRedis },
]

const REQUEST: Check = {
  name: 'The request',
  needs: [
    ...(['ALLOWED_ORIGINS', 'CORS_ORIGINS', 'REQUIRE_ORIGIN', 'TRUST_PROXY'] as const),
    ...(['AUTH_JWT_SECRET', 'AUTH_JWKS_URL', 'AUTH_ISSUER', 'AUTH_AUDIENCE'] as const),
  ],
  run: checkRequest,
}

/** Everything that is found, in the order of the table. With `url` only that deployment is looked at. */
export async function diagnose(options: Options, env: Environment, now: () => number = Date.now): Promise<Finding[]> {
  if (options.url !== undefined) return checkDeployment(options.url, options, env)
  const { findings, config, unread } = readSettings(env, now())
  const context = { config, env, unread, now }
  const asked = options.origin !== undefined || Object.keys(options.headers).length > 0
  const checks = asked ? [...CHECKS, REQUEST] : CHECKS
  const found = await Promise.all(checks.map(check => runCheck(check, context, options)))
  return [...findings, ...found.flat()]
}

async function runCheck({ name, needs, run }: Check, context: Context, options: Options): Promise<Finding[]> {
  const gap = notChecked(name, needs, context.unread)
  return gap.length > 0 ? gap : run(context, options)
}

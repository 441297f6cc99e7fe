import { buildApp } from '../../packages/server/src/app.ts'
import { systemClock } from '../../packages/server/src/clock.ts'
import { decideConfig } from '../../packages/server/src/config/config.ts'
import { createLogger } from '../../packages/server/src/observe/log.ts'
import { createService } from '../../packages/server/src/service.ts'

/** The OpenAPI document that a service with default settings but this mode serves at `/openapi.json`. */
export async function openApiDocument(mode: 'ephemeral' | 'unified'): Promise<string> {
  const env = { OPENAI_API_KEY: 'sk-for-the-docs', ADMIN_TOKEN: 'for-the-docs-only', CALL_MODE: mode }
  const decision = decideConfig(env)
  if ('problems' in decision) throw new Error('the default settings are wrong')
  const app = await buildApp(
    await createService(decision.config, systemClock, createLogger('silent', { write: () => true })),
  )
  const answer = await app.inject('/openapi.json')
  const document = `${JSON.stringify(answer.json(), null, 2)}\n`
  await app.close()
  return document
}

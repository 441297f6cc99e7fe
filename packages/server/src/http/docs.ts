import type { FastifyInstance, InjectOptions } from 'fastify'
import { ServiceError } from '../errors.ts'
import type { Described } from './docs-app.ts'
import type { Reply, Request } from './facts.ts'

/**
 * `GET /docs` and `GET /openapi.json`. What answers them is loaded when it is first asked for: an idle service is 8 MB
 * smaller without it.
 */
export function docsRoutes(app: FastifyInstance, described: Described): void {
  let loading: Promise<FastifyInstance> | undefined

  /** What failed to load is tried again by the next request. */
  async function load(): Promise<FastifyInstance> {
    try {
      const { docsApp } = await import('./docs-app.ts')
      return await docsApp(described)
    } catch (error) {
      loading = undefined
      throw error
    }
  }

  async function answer(request: Request, reply: Reply): Promise<Buffer> {
    loading ??= load()
    const docs = await loading
    const { statusCode, headers, rawPayload } = await docs.inject(askedOf(request))
    // Whatever it says of a file that is not there, or that nobody may have.
    if (statusCode >= 400) throw new ServiceError(statusCode < 500 ? 'not_found' : 'internal')
    const { connection, date, 'accept-ranges': ranges, ...kept } = headers
    reply.code(statusCode).headers(kept)
    return rawPayload
  }

  for (const url of ['/docs', '/docs/*', '/openapi.json']) app.get(url, { schema: { hide: true }, handler: answer })
}

/** Files go out whole, as a server may (RFC 9110, section 14.2): a range beyond the end would be an error inside. */
function askedOf({ url, headers: { range, ...headers } }: Request): InjectOptions {
  return { method: 'GET', url, headers }
}

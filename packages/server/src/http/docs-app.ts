import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import Fastify, { type FastifyInstance } from 'fastify'
import { SERVICE_NAME, VERSION } from '../version.ts'
import { PAGE_POLICY } from './headers.ts'

const TICKET_SCHEME = { type: 'http', scheme: 'bearer', description: 'The `client_secret` of a token reply.' } as const

/** What is to be described. */
export interface Described {
  /** Registers the routes, exactly as they are served. */
  addRoutes(app: FastifyInstance): Promise<void>
  /** Whether unified calls are among them. */
  unified: boolean
}

/**
 * An application that only describes: the OpenAPI 3.1 document, made from the schemas that validate, at
 * `/openapi.json`, and its page with all its files under `/docs`, so that it works offline.
 */
export async function docsApp({ addRoutes, unified }: Described): Promise<FastifyInstance> {
  const app = Fastify({ logger: false })
  // Its copies of the routes are never called.
  app.setValidatorCompiler(() => () => true)
  app.setSerializerCompiler(() => JSON.stringify)
  await describe(app, unified)
  await addRoutes(app)
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: PAGE_POLICY, uiConfig: { layout: 'BaseLayout' } })
  app.get('/openapi.json', { schema: { hide: true }, handler: async () => app.swagger() })
  await app.ready()
  return app
}

async function describe(app: FastifyInstance, unified: boolean): Promise<void> {
  await app.register(swagger, {
    transformObject: document => withOptionalBodies('openapiObject' in document ? document.openapiObject : {}),
    openapi: {
      openapi: '3.1.0',
      info: {
        title: SERVICE_NAME,
        version: VERSION,
        description: 'Short-lived credentials for voice sessions with Parker, straight from the browser to OpenAI.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      components: {
        securitySchemes: {
          jwt: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'JWT',
            description: 'Where AUTH_JWKS_URL or AUTH_JWT_SECRET is set.',
          },
          reportKey: { type: 'http', scheme: 'bearer', description: 'The `report_key` of a token reply; works once.' },
          ...(unified ? { ticket: TICKET_SCHEME } : {}),
          operator: { type: 'http', scheme: 'bearer', description: 'ADMIN_TOKEN.' },
        },
      },
    },
  })
}

interface RequestBody {
  required?: boolean
  content?: Record<string, { schema?: { required?: readonly string[] } }>
}

type Paths = { paths?: Record<string, Record<string, { requestBody?: RequestBody }>> }

/** A JSON body may be left out where none of its fields is required, which the schemas alone cannot say. */
function withOptionalBodies<T extends object>(document: T): T {
  for (const path of Object.values((document as Paths).paths ?? {}))
    for (const { requestBody } of Object.values(path))
      if (requestBody?.content?.['application/json']) requestBody.required = requiresFields(requestBody)
  return document
}

function requiresFields({ content = {} }: RequestBody): boolean {
  return Object.values(content).some(({ schema }) => (schema?.required ?? []).length > 0)
}

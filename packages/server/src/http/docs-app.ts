import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import Fastify, { type FastifyInstance } from 'fastify'
import { SERVICE_NAME, VERSION } from '../version.ts'
import { PAGE_POLICY } from './headers.ts'
import { headerComponents, headersOf } from './reply-headers.ts'

const TICKET_SCHEME = { type: 'http', scheme: 'bearer', description: 'The `client_secret` of a token reply.' } as const

/** The groups of operations, in the order of the page. */
const TAGS = [
  { name: 'Callers', description: 'For the browser: what one may ask for, a token, and how the call was.' },
  { name: 'Calls', description: 'Unified calls: placed, read, listed and ended through the service.' },
  { name: 'Operators', description: 'For those who run the service, with `ADMIN_TOKEN`.' },
  { name: 'Health', description: 'What this is, and whether it works.' },
]

/** Swagger UI has a dark look, and no mind of its own when to show it. */
const FOLLOW_THE_SYSTEM = `const dark = matchMedia('(prefers-color-scheme: dark)')
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches)
dark.addEventListener('change', follow)
follow()
`

/** Its dark look forgot these. */
const READABLE_HEADERS = 'html.dark-mode .swagger-ui .headers .header-col { color: inherit }'

const THE_DOCUMENT = { description: 'This document: /openapi.json', url: '/openapi.json' }

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
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: PAGE_POLICY,
    uiConfig: { layout: 'BaseLayout' },
    theme: {
      title: `${SERVICE_NAME}: API docs`,
      js: [{ filename: 'dark.js', content: FOLLOW_THE_SYSTEM }],
      css: [{ filename: 'dark.css', content: READABLE_HEADERS }],
    },
    transformSpecification: document => ({ ...document, externalDocs: THE_DOCUMENT }),
    transformSpecificationClone: false,
  })
  app.get('/openapi.json', { schema: { hide: true }, handler: async () => app.swagger() })
  await app.ready()
  return app
}

async function describe(app: FastifyInstance, unified: boolean): Promise<void> {
  await app.register(swagger, {
    transformObject: document => complete('openapiObject' in document ? document.openapiObject : {}),
    openapi: {
      openapi: '3.1.0',
      info: {
        title: SERVICE_NAME,
        version: VERSION,
        description: 'Short-lived credentials for voice sessions with Parker, straight from the browser to OpenAI.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      tags: TAGS.filter(({ name }) => unified || name !== 'Calls'),
      components: {
        headers: headerComponents(),
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

interface Operation {
  operationId: string
  requestBody?: RequestBody
  responses: Record<string, { headers?: object }>
}

type Paths = { paths?: Record<string, Record<string, Operation>> }

/**
 * What the schemas alone cannot say: that a JSON body may be left out where none of its fields is required, and which
 * headers a reply can have.
 */
function complete<T extends object>(document: T): T {
  for (const path of Object.values((document as Paths).paths ?? {}))
    for (const { operationId, requestBody, responses } of Object.values(path)) {
      if (requestBody?.content?.['application/json']) requestBody.required = requiresFields(requestBody)
      for (const [status, reply] of Object.entries(responses))
        reply.headers = headersOf({ operationId, status: Number(status) })
    }
  return document
}

function requiresFields({ content = {} }: RequestBody): boolean {
  return Object.values(content).some(({ schema }) => (schema?.required ?? []).length > 0)
}

/** The parts of an OpenAPI document that the tests look at. */
export interface OpenApi {
  openapi: string
  info: { title: string; version: string }
  paths: Record<string, Record<string, Operation>>
  tags: { name: string; description: string }[]
  components: {
    headers: Record<string, object>
    securitySchemes: Record<string, unknown>
    schemas?: Record<string, object>
  }
}

export interface Operation {
  operationId: string
  tags: string[]
  summary: string
  security?: Record<string, string[]>[]
  requestBody?: { required?: boolean; content: Record<string, { schema: object; example?: object }> }
  responses: Record<
    string,
    { description: string; headers: Record<string, { $ref: string }>; content?: Record<string, { schema: object }> }
  >
}

const text = { type: 'string', minLength: 1 }

const closed = (required: string[], properties: object) => ({
  type: 'object',
  required,
  properties,
  patternProperties: { '^x-': true },
  additionalProperties: false,
})

const mapOf = (names: string, value: object) => ({
  type: 'object',
  minProperties: 1,
  patternProperties: { [names]: value },
  additionalProperties: false,
})

const ref = (name: string) => ({ $ref: `#/$defs/${name}` })

/** What an OpenAPI 3.1 document may hold, object by object, after the specification of version 3.1.1, section 4.8. */
export const OPENAPI_SHAPE = {
  ...closed(['openapi', 'info', 'paths'], {
    openapi: { type: 'string', pattern: '^3\\.1\\.\\d+$' },
    info: closed(['title', 'version'], {
      title: text,
      version: text,
      summary: text,
      description: text,
      license: closed(['name', 'identifier'], { name: text, identifier: text }),
    }),
    servers: { type: 'array' },
    tags: { type: 'array', items: closed(['name'], { name: text, description: text }) },
    security: ref('security'),
    paths: mapOf('^/', mapOf('^(get|put|post|delete|options|head|patch|trace)$', ref('operation'))),
    components: closed([], {
      schemas: { type: 'object' },
      headers: mapOf('^[\\w.-]+$', ref('header')),
      securitySchemes: mapOf('^[\\w.-]+$', ref('scheme')),
    }),
  }),
  $defs: {
    operation: closed(['operationId', 'summary', 'responses'], {
      operationId: text,
      summary: text,
      description: text,
      tags: { type: 'array', items: text },
      deprecated: { type: 'boolean' },
      security: ref('security'),
      parameters: { type: 'array', items: ref('parameter') },
      requestBody: closed(['content'], { description: text, required: { type: 'boolean' }, content: ref('content') }),
      responses: mapOf('^[1-5]\\d\\d$', ref('response')),
    }),
    parameter: closed(['name', 'in'], {
      name: text,
      in: { enum: ['query', 'header', 'path', 'cookie'] },
      description: { type: 'string' },
      required: { type: 'boolean' },
      schema: { type: 'object' },
    }),
    response: closed(['description'], { description: text, headers: ref('headers'), content: ref('content') }),
    headers: mapOf(
      '^[\\w-]+$',
      closed(['$ref'], { $ref: { type: 'string', pattern: '^#/components/headers/[\\w-]+$' } }),
    ),
    header: closed(['schema'], {
      description: text,
      required: { type: 'boolean' },
      schema: { type: 'object' },
      example: {},
    }),
    content: mapOf(
      '^[\\w.+-]+/[\\w.+-]+$',
      closed(['schema'], { schema: { type: 'object' }, example: {}, examples: { type: 'object' } }),
    ),
    scheme: closed(['type'], {
      type: { enum: ['apiKey', 'http', 'mutualTLS', 'oauth2', 'openIdConnect'] },
      scheme: text,
      bearerFormat: text,
      description: text,
    }),
    security: { type: 'array', items: { type: 'object', additionalProperties: { type: 'array', items: text } } },
  },
}

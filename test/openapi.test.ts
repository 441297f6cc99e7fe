import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { type Answered, ask, askToken } from './harness/ask.ts'
import { jsonSchema } from './harness/json-schema.ts'
import { OPENAPI_SHAPE, type OpenApi, type Operation } from './harness/openapi-shape.ts'
import { reportKey } from './harness/reports.ts'
import { type RunningService, startService } from './harness/service.ts'
import { healthy, openAiError, send, startUpstream, type Upstream } from './harness/upstream.ts'

const ADMIN_TOKEN = 'operators-only-0123456789'
const OPERATOR = { authorization: `Bearer ${ADMIN_TOKEN}` }
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const FOREIGN = { origin: 'https://malicious-site.com' }

describe('the document of unified mode', () => {
  const document: OpenApi = JSON.parse(readFileSync(new URL('../docs/openapi-unified.json', import.meta.url), 'utf8'))

  it('has the shape of OpenAPI 3.1, and describes calls besides everything else', () => {
    assert.deepEqual(jsonSchema(OPENAPI_SHAPE)(document), [])
    const calls = ['/v1/realtime/calls', '/v1/realtime/calls/{id}'].map(path => Object.keys(document.paths[path] ?? {}))
    assert.deepEqual(
      calls.map(methods => methods.sort()),
      [
        ['get', 'post'],
        ['delete', 'get'],
      ],
    )
    const usual = JSON.parse(readFileSync(new URL('../docs/openapi.json', import.meta.url), 'utf8'))
    for (const path of Object.keys(usual.paths)) assert.ok(path in document.paths, path)
    assert.equal(document.paths['/v1/realtime/calls']?.post?.requestBody?.required, true)
    const placed = document.paths['/v1/realtime/calls']?.post?.responses['201']
    assert.deepEqual(Object.keys(placed?.headers ?? {}), ['X-Request-ID', 'RateLimit-Policy', 'RateLimit', 'Location'])
    assert.deepEqual(
      document.tags.map(({ name }) => name),
      ['Callers', 'Calls', 'Operators', 'Health'],
    )
  })
})

describe('/openapi.json', () => {
  let upstream: Upstream
  let service: RunningService
  let document: OpenApi
  let operations: [method: string, path: string, operation: Operation][]
  before(async () => {
    upstream = await startUpstream()
    service = await startService({ OPENAI_BASE_URL: upstream.baseUrl, ADMIN_TOKEN, UPSTREAM_MAX_RETRIES: '0' })
    document = (await ask(`${service.url}/openapi.json`)).json
    operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(
        ([method, operation]) => [method.toUpperCase(), path, operation] as [string, string, Operation],
      ),
    )
  })
  after(async () => {
    await service.stop()
    await upstream.close()
  })

  it('is JSON', async () => {
    const { status, headers } = await ask(`${service.url}/openapi.json`)
    assert.equal(status, 200)
    assert.match(headers.get('content-type') ?? '', /^application\/json/)
  })

  it('has the shape of OpenAPI 3.1', () => {
    assert.deepEqual(jsonSchema(OPENAPI_SHAPE)(document), [])
    assert.equal(document.info.title, 'Parker Realtime Token Service')
    assert.equal(document.info.version, '1.0.0')
  })

  it('equals the committed docs/openapi.json', () => {
    const committed = JSON.parse(readFileSync(new URL('../docs/openapi.json', import.meta.url), 'utf8'))
    assert.deepEqual(document, committed)
  })

  it('names each operation once, and only security schemes that it has', () => {
    const ids = operations.map(([, , { operationId }]) => operationId)
    assert.equal(new Set(ids).size, ids.length)
    const schemes = operations.flatMap(([, , { security = [] }]) => security.flatMap(Object.keys))
    for (const scheme of schemes) assert.ok(scheme in document.components.securitySchemes, scheme)
  })

  it('sorts operations into groups that it describes, none of them empty', () => {
    const groups = operations.map(([, , { tags }]) => tags)
    for (const tags of groups) assert.equal(tags.length, 1)
    assert.deepEqual(new Set(groups.flat()), new Set(document.tags.map(({ name }) => name)))
  })

  it('has schemas that are JSON Schema, without a reference that leads nowhere', () => {
    for (const [, , { requestBody, responses }] of operations)
      for (const { content = {} } of [...(requestBody ? [requestBody] : []), ...Object.values(responses)])
        for (const { schema } of Object.values(content)) jsonSchema(schema)
  })

  it('lists every endpoint that GET / names but the pages', async () => {
    const named: Record<string, string> = (await ask(service.url)).json.endpoints
    const listed = operations.map(([method, path]) => `${method} ${path}`)
    const pages = ['GET /docs', 'GET /openapi.json', 'GET /monitor']
    for (const endpoint of Object.values(named))
      assert.ok(pages.includes(endpoint) || listed.includes(endpoint), `${endpoint} is not listed`)
  })

  it('says that the body may be left out, and so it may', async () => {
    const { requestBody } = operationOf('createToken')
    assert.equal(requestBody?.required ?? false, false)
    assert.equal((await ask(`${service.url}/v1/realtime/token`, { method: 'POST' })).status, 200)
  })

  it('has an example of a body, as /docs fills it in, that the service takes', async () => {
    const example = operationOf('createToken').requestBody?.content['application/json']?.example
    assert.deepEqual(example, { sport: 'basketball', mode: 'debate', difficulty: 'savage' })
    assert.equal((await askToken(service.url, example)).status, 200)
  })

  const BODIES: [body: unknown, good: boolean][] = [
    [{}, true],
    [{ voice: 'cedar', difficulty: 'savage', mode: 'debate', sport: 'mma', context: 'Lakers 98, Celtics 97' }, true],
    [{ instructions: null, context: null }, true],
    [{ instructions: 'x'.repeat(8000) }, true],
    [{ instructions: 'x'.repeat(8001) }, false],
    [{ instructions: '' }, false],
    [{ context: 'x'.repeat(1001) }, false],
    [{ model: 'gpt-9' }, false],
    [{ voice: 7 }, false],
    [{ difficulty: null }, false],
    [{ unknown: true }, false],
    [[], false],
    ['text', false],
    [null, false],
  ]
  for (const [body, good] of BODIES)
    it(`allows what the service takes and no more: ${JSON.stringify(body).slice(0, 60)}`, async () => {
      const schema = operationOf('createToken').requestBody?.content['application/json']?.schema ?? {}
      const { status } = await ask(`${service.url}/v1/realtime/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      assert.equal(status, good ? 200 : 422)
      assert.equal(jsonSchema(schema)(body).length === 0, good)
    })

  const TOKEN = 'POST /v1/realtime/token'
  const REPORTS = 'POST /v1/voice/reports'
  /** Its good answers are held to the document by its own tests: the stand-in here speaks no WebSocket. */
  const VOICE_TEST = 'POST /v1/voice/test'
  const USED_KEY = reportKey()
  /** Requests, and what OpenAI does then; together they touch every operation. */
  const ANSWERS: Example[] = [
    { at: TOKEN, status: 200 },
    { at: TOKEN, status: 200, body: { model: 'gpt-4o-realtime-preview', instructions: 'Be brief.' } },
    { at: 'GET /v1/self-check', status: 200, headers: OPERATOR },
    { at: 'GET /v1/self-check', status: 401 },
    { at: TOKEN, status: 403, headers: FOREIGN },
    { at: TOKEN, status: 413, body: 'x'.repeat(70_000) },
    { at: TOKEN, status: 415, body: 'x', headers: { 'content-type': 'text/plain' } },
    { at: TOKEN, status: 422, body: '{' },
    { at: TOKEN, status: 422, body: { voice: 'nobody', more: 1 } },
    { at: TOKEN, status: 400, openAi: [400, openAiError('invalid_value')] },
    { at: TOKEN, status: 403, openAi: [403, openAiError('content_policy_violation')] },
    { at: TOKEN, status: 422, openAi: [404, openAiError('model_not_found')] },
    { at: TOKEN, status: 429, openAi: [429, openAiError('rate_limit_exceeded')] },
    { at: TOKEN, status: 500, openAi: [401, openAiError('invalid_api_key')] },
    { at: TOKEN, status: 502, openAi: [500, openAiError(null)] },
    { at: TOKEN, status: 502, openAi: [200, '{}'] },
    { at: TOKEN, status: 503, openAi: [402, openAiError('insufficient_quota')] },
    { at: TOKEN, status: 503, openAi: [503, openAiError(null)] },
    { at: TOKEN, status: 504, openAi: [408, openAiError(null)] },
    { at: 'GET /v1/realtime/options', status: 200 },
    { at: 'GET /v1/realtime/options', status: 403, headers: FOREIGN },
    { at: REPORTS, status: 204, body: { rating: 5 }, headers: bearer(USED_KEY) },
    { at: REPORTS, status: 401, body: { rating: 5 }, headers: bearer(USED_KEY) },
    { at: REPORTS, status: 401, body: { rating: 5 }, headers: bearer('rk_x') },
    { at: REPORTS, status: 401, body: { rating: 5 }, headers: bearer(reportKey({ issuedAt: 0 })) },
    { at: REPORTS, status: 403, headers: FOREIGN },
    { at: REPORTS, status: 413, body: 'x'.repeat(70_000), headers: bearer(reportKey()) },
    { at: REPORTS, status: 422, body: { stats: { mood: 1 } }, headers: bearer(reportKey()) },
    { at: 'GET /v1/voice/events', status: 401 },
    { at: 'GET /v1/voice/metrics', status: 200, headers: OPERATOR },
    { at: 'GET /v1/voice/metrics', status: 401 },
    { at: VOICE_TEST, status: 401 },
    { at: VOICE_TEST, status: 422, headers: OPERATOR },
    { at: VOICE_TEST, status: 502, headers: OPERATOR, body: { voice: 'verse' } },
    { at: 'GET /', status: 200 },
    { at: 'GET /healthz', status: 200 },
    { at: 'GET /readyz', status: 200 },
    { at: 'GET /metrics', status: 200, headers: OPERATOR },
    { at: 'GET /metrics', status: 401 },
  ]
  for (const { at, status, headers = {}, body, openAi } of ANSWERS)
    it(`describes the ${status} of ${at} as it comes (${whatOf({ headers, body, openAi })})`, async () => {
      upstream.behave(openAi ? (_request, response) => send(response, ...openAi) : healthy)
      const [method = '', path = ''] = at.split(' ')
      const answer = await ask(service.url + path, { method, headers, body })
      assert.equal(answer.status, status, answer.text)
      assertDescribed(answer, method, path)
    })

  it('describes no header of a reply that never came', () => {
    const [described, came] = [new Set(Object.keys(document.components.headers)), headersSeen]
    // The calls of unified mode have it.
    described.delete('Location')
    assert.deepEqual([...described].sort(), [...came].sort())
  })

  it('describes the answer of /readyz that drains', async () => {
    const other = await startService({ OPENAI_BASE_URL: upstream.baseUrl, SHUTDOWN_DELAY_SECONDS: '1' })
    const exit = other.stop()
    await other.logged(({ msg }) => msg.startsWith('Draining'))
    const answer = await ask(`${other.url}/readyz`)
    assert.equal(answer.status, 503)
    assertDescribed(answer, 'GET', '/readyz')
    await exit
  })

  it('has no operation that these tests leave out', () => {
    const asked = new Set(ANSWERS.map(({ at }) => at))
    assert.deepEqual(
      operations.map(([method, path]) => `${method} ${path}`).filter(at => !asked.has(at)),
      [],
    )
  })

  it('lists the very models and voices that the settings allow', async () => {
    const other = await startService({
      OPENAI_BASE_URL: upstream.baseUrl,
      ALLOWED_MODELS: 'gpt-realtime,gpt-tomorrow',
      ALLOWED_VOICES: 'verse,sage',
    })
    const { paths }: OpenApi = (await ask(`${other.url}/openapi.json`)).json
    const schema = paths['/v1/realtime/token']?.post?.requestBody?.content['application/json']?.schema
    const { model, voice } = (schema as { properties: Record<string, { enum: string[] }> }).properties
    assert.deepEqual(
      [model?.enum, voice?.enum],
      [
        ['gpt-realtime', 'gpt-tomorrow'],
        ['verse', 'sage'],
      ],
    )
    await other.stop()
  })

  it('takes nothing but null for instructions where callers’ own are refused, and every bad field is named', async () => {
    const other = await startService({ OPENAI_BASE_URL: upstream.baseUrl, CALLER_INSTRUCTIONS: 'refuse' })
    const { paths }: OpenApi = (await ask(`${other.url}/openapi.json`)).json
    const schema = paths['/v1/realtime/token']?.post?.requestBody?.content['application/json']?.schema
    const { instructions } = (schema as { properties: Record<string, object> }).properties
    assert.deepEqual(instructions, { type: 'null', description: 'This service takes no instructions of callers.' })

    const told = async (body: object) => (await askToken(other.url, body)).json.error.details.fields
    const refused = { path: 'instructions', message: 'this service takes no instructions of callers' }
    for (const text of ['Be brief.', '', 'x'.repeat(8001), 7])
      assert.deepEqual(await told({ instructions: text }), [refused])
    const several: { path: string }[] = await told({ voice: 'nope', instructions: 'x', foo: 1 })
    assert.deepEqual(several.map(({ path }) => path).sort(), ['foo', 'instructions', 'voice'])
    await other.stop()
  })

  function operationOf(id: string): Operation {
    const found = operations.find(([, , { operationId }]) => operationId === id)
    assert.ok(found, `no operation ${id}`)
    return found[2]
  }

  /** Names of the headers that came with any answer and are described. */
  const headersSeen = new Set<string>()

  function assertHeadersDescribed(headers: Headers, listed: string[]): void {
    for (const name of Object.keys(document.components.headers).filter(name => headers.has(name))) {
      headersSeen.add(name)
      assert.ok(listed.includes(name), `the document does not list ${name}`)
    }
    assert.ok(listed.includes('X-Request-ID'))
  }

  /** The status is listed for the operation, with the answer's content type, and the body fits the schema to the field. */
  function assertDescribed({ status, headers, json, text }: Answered, method: string, path: string): void {
    const response = document.paths[path]?.[method.toLowerCase()]?.responses[status]
    assert.ok(response, `the document does not list ${status}`)
    assertHeadersDescribed(headers, Object.keys(response.headers))
    if (status === 204) assert.equal(response.content, undefined)
    if (status === 204) return
    const type = headers.get('content-type')?.split(';')[0] ?? ''
    const schema = response.content?.[type]?.schema
    assert.ok(schema, `the document does not list ${type}`)
    assert.deepEqual(jsonSchema(withoutExtras(schema))(type === 'application/json' ? json : text), [])
  }
})

/** A request, and what OpenAI answers to it. */
interface Example {
  at: string
  status: number
  headers?: Record<string, string>
  body?: unknown
  openAi?: [status: number, body: unknown] | undefined
}

function whatOf({ headers = {}, body, openAi }: Omit<Example, 'at' | 'status'>): string {
  if (openAi) return `OpenAI answers ${openAi[0]}`
  return body === undefined ? Object.keys(headers).join() || 'nothing sent' : JSON.stringify(body).slice(0, 40)
}

/** The schema with every object closed that does not say otherwise, so that a field too many is found too. */
function withoutExtras(schema: object): object {
  return JSON.parse(JSON.stringify(schema), (_key, value) => {
    const object = value !== null && typeof value === 'object' && value.type === 'object' && 'properties' in value
    return object && !('additionalProperties' in value) && !('patternProperties' in value)
      ? { ...value, additionalProperties: false }
      : value
  })
}

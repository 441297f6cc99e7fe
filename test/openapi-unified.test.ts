import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { ask } from './harness/ask.ts'
import { bearer, endCall, placeCall, readCall } from './harness/call-client.ts'
import { ADMIN_TOKEN, type CallsStage, callsStage } from './harness/calls-stage.ts'
import { jsonSchema } from './harness/json-schema.ts'
import type { OpenApi } from './harness/openapi-shape.ts'

const documentOf = (file: string): OpenApi =>
  JSON.parse(readFileSync(new URL(`../docs/${file}.json`, import.meta.url), 'utf8'))
const [EPHEMERAL, UNIFIED] = [documentOf('openapi'), documentOf('openapi-unified')]

const FOREIGN = { origin: 'https://malicious-site.com' }
const STRANGE = { referer: 'https://malicious-site.com/page' }
const LIST = '/v1/realtime/calls'
const ONE = '/v1/realtime/calls/{id}'

describe('the document of unified mode', () => {
  const ends: (() => unknown)[] = []
  let stage: CallsStage
  let call: { id: string; ticket: string }
  before(async () => {
    stage = await callsStage({ after: end => ends.push(end) })
    call = await placeCall(stage.service.url)
  })
  after(async () => {
    for (const end of ends.reverse()) await end()
  })

  const OPERATOR = bearer(ADMIN_TOKEN)
  const ANSWERS: [method: string, path: string, status: number, headers: Record<string, string>][] = [
    ['GET', LIST, 200, OPERATOR],
    ['GET', LIST, 401, {}],
    ['GET', LIST, 403, FOREIGN],
    ['GET', LIST, 403, STRANGE],
    ['GET', `${LIST}?state=lost`, 422, OPERATOR],
    ['POST', LIST, 401, {}],
    ['POST', LIST, 403, STRANGE],
    ['GET', ONE, 200, OPERATOR],
    ['GET', ONE, 401, {}],
    ['GET', ONE, 403, FOREIGN],
    ['DELETE', ONE, 401, {}],
    ['DELETE', ONE, 403, FOREIGN],
    ['DELETE', ONE, 200, OPERATOR],
  ]
  for (const [method, address, status, headers] of ANSWERS)
    it(`describes the ${status} of ${method} ${address} as it comes (${Object.keys(headers)})`, async () => {
      const answer = await ask(stage.service.url + address.replace('{id}', call.id), { method, headers })
      assert.equal(answer.status, status, answer.text)
      const path = address.split('?')[0] ?? ''
      const schema =
        UNIFIED.paths[path]?.[method.toLowerCase()]?.responses[status]?.content?.['application/json']?.schema
      assert.ok(schema, 'not listed')
      assert.deepEqual(jsonSchema(schema)(answer.json), [])
    })

  it('has what its owner reads and ends, too', async () => {
    const { id, ticket } = await placeCall(stage.service.url)
    const schema = (method: string) =>
      UNIFIED.paths[ONE]?.[method]?.responses[200]?.content?.['application/json']?.schema ?? {}
    assert.deepEqual(jsonSchema(schema('get'))((await readCall(stage.service.url, id, ticket)).json), [])
    assert.deepEqual(jsonSchema(schema('delete'))((await endCall(stage.service.url, id, ticket)).json), [])
  })
})

describe('what is said of a token in either mode', () => {
  const typesOf = (document: OpenApi, status: number): string[] => {
    const schema = document.paths['/v1/realtime/token']?.post?.responses[status]?.content?.['application/json']?.schema
    // biome-ignore lint/suspicious/noExplicitAny: schemas are inspected field by field
    return (schema as any)?.properties.error.properties.type.enum ?? []
  }

  it('has no answer of OpenAI where OpenAI is not asked, and no store where nothing needs one', () => {
    for (const status of [400, 500, 502, 504])
      assert.deepEqual(
        typesOf(UNIFIED, status).filter(type => type !== 'internal'),
        [],
        `${status}`,
      )
    assert.deepEqual(typesOf(UNIFIED, 403), ['origin_not_allowed', 'referer_not_allowed'])
    assert.deepEqual(typesOf(UNIFIED, 503).sort(), ['auth_unavailable', 'overloaded', 'store_unavailable'])
    assert.ok(!typesOf(EPHEMERAL, 503).includes('store_unavailable'))
    assert.ok(typesOf(EPHEMERAL, 503).includes('circuit_open'))
  })
})

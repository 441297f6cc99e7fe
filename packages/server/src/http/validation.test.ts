import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FastifySchemaValidationError } from 'fastify'
import { validationError } from './validation.ts'

const problem = (changes: Partial<FastifySchemaValidationError>): FastifySchemaValidationError => ({
  keyword: 'type',
  instancePath: '/voice',
  schemaPath: '#/properties/voice/type',
  params: { type: 'string' },
  message: 'must be string',
  ...changes,
})

const unknown = (additionalProperty: string) =>
  problem({ keyword: 'additionalProperties', instancePath: '', params: { additionalProperty } })

const fieldsOf = (problems: FastifySchemaValidationError[]) =>
  validationError(problems).extras.details?.fields as { path: string; message: string }[]

test('each bad field has its path and what is wrong', () => {
  const allowed = problem({ keyword: 'enum', instancePath: '/sport', params: { allowedValues: ['golf', 'mma'] } })
  assert.deepEqual(fieldsOf([problem({}), unknown('colour'), allowed]), [
    { path: 'voice', message: 'must be a string' },
    { path: 'sport', message: 'must be one of: golf, mma' },
    { path: 'colour', message: 'unknown field: leave it out' },
  ])
})

for (const [keyword, params, message] of [
  ['type', { type: ['string', 'null'] }, 'must be a string or null'],
  ['type', { type: 'integer' }, 'must be a whole number'],
  ['minLength', { limit: 1 }, 'must have at least 1 character'],
  ['maxLength', { limit: 8000 }, 'must have at most 8000 characters'],
  ['maxItems', { limit: 500 }, 'must have at most 500 entries'],
  ['minProperties', { limit: 1 }, 'must have at least 1 field'],
  ['minimum', { limit: 1 }, 'must be at least 1'],
  ['maximum', { limit: 5 }, 'must be at most 5'],
  ['pattern', { pattern: '^x$' }, 'has the wrong form: see /docs'],
] as const)
  test(`${keyword} is told in plain English: ${message}`, () => {
    assert.deepEqual(fieldsOf([problem({ keyword, params: { ...params } })]), [{ path: 'voice', message }])
  })

test('a field that is missing is told by its own path', () => {
  const missing = problem({ keyword: 'required', instancePath: '', params: { missingProperty: 'voice' } })
  assert.deepEqual(fieldsOf([missing]), [{ path: 'voice', message: 'is missing' }])
})

test('the message names the fields, each once', () => {
  const { message, type } = validationError([problem({}), problem({ keyword: 'minLength' }), unknown('colour')])
  assert.equal(type, 'validation_failed')
  assert.match(message, /voice, colour/)
})

test('the message hints at no more fields than are bad', () => {
  const noName = problem({ keyword: 'enum', params: { allowedValues: ['cedar'] } })
  assert.equal(validationError([problem({}), noName]).message, 'Some fields are not valid: voice.')
})

test('a field with nothing in it is told so once, whatever its form should be', () => {
  const noForm = problem({ keyword: 'pattern', params: { pattern: '\\S' } })
  const nothing = problem({ keyword: 'minLength', params: { limit: 1 } })
  assert.deepEqual(fieldsOf([nothing, noForm]), [{ path: 'voice', message: 'must have at least 1 character' }])
})

test('a bad field of ours is told whatever else is in the body', () => {
  const many = Array.from({ length: 200 }, (_, i) => unknown(`x${i}`))
  assert.equal(fieldsOf([...many, problem({})])[0]?.path, 'voice')
})

test('a body that is no object is told as such', () => {
  const [field] = fieldsOf([problem({ instancePath: '', params: { type: 'object' } })])
  assert.equal(field?.message, 'must be a JSON object')
  assert.match(validationError([problem({ instancePath: '' })]).message, /body/)
})

test('thousands of bad fields and names of any length make a bounded error', () => {
  const problems = Array.from({ length: 5000 }, (_, i) => unknown(`${i}${'x'.repeat(10_000)}`))
  const { message, extras } = validationError(problems)
  assert.ok(JSON.stringify([message, extras]).length < 32_768)
})

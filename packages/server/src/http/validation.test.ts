import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FastifySchemaValidationError } from 'fastify'
import { validationError } from './validation.ts'

const problem = (changes: Partial<FastifySchemaValidationError>): FastifySchemaValidationError => ({
  keyword: 'type',
  instancePath: '/voice',
  schemaPath: '#/properties/voice/type',
  params: {},
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
    { path: 'voice', message: 'must be string' },
    { path: 'sport', message: 'must be one of: golf, mma' },
    { path: 'colour', message: 'unknown field' },
  ])
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

test('a bad field of ours is told whatever else is in the body', () => {
  const many = Array.from({ length: 200 }, (_, i) => unknown(`x${i}`))
  assert.equal(fieldsOf([...many, problem({})])[0]?.path, 'voice')
})

test('a body that is no object is told as such', () => {
  const [field] = fieldsOf([problem({ instancePath: '', message: 'must be object' })])
  assert.equal(field?.message, 'must be object')
  assert.match(validationError([problem({ instancePath: '' })]).message, /body/)
})

test('thousands of bad fields and names of any length make a bounded error', () => {
  const problems = Array.from({ length: 5000 }, (_, i) => unknown(`${i}${'x'.repeat(10_000)}`))
  const { message, extras } = validationError(problems)
  assert.ok(JSON.stringify([message, extras]).length < 32_768)
})

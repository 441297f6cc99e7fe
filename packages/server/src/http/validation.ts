import type { FastifySchemaValidationError } from 'fastify'
import { ServiceError } from '../errors.ts'

/** One bad field, as `details.fields` tells it. */
interface BadField {
  /** `voice`, `a.b`, or empty for the body as a whole. */
  path: string
  message: string
}

/** A body of 64 KiB can hold thousands of unknown fields; nobody reads more than this many. */
const MAX_FIELDS = 100
const MAX_PATH_LENGTH = 128

/** A wrong type of a field that takes names is no such name either, and nothing has no form: once is enough. */
const SAID_BY: Record<string, string> = { type: 'enum', pattern: 'minLength' }

/** Every bad field at once, in words for the person who wrote the client. */
export function validationError(errors: readonly FastifySchemaValidationError[]): ServiceError {
  const broken = new Set(errors.map(({ keyword, instancePath }) => `${keyword} ${instancePath}`))
  const told = errors.filter(({ keyword, instancePath }) => !broken.has(`${SAID_BY[keyword]} ${instancePath}`))
  // What we know and is wrong comes before what we do not know, of which there may be too much to tell.
  const fields = told
    .toSorted((a, b) => Number(isUnknown(a)) - Number(isUnknown(b)))
    .slice(0, MAX_FIELDS)
    .map(badField)
  const names = fields.slice(0, 10).map(field => field.path || 'body')
  return new ServiceError('validation_failed', {
    message: `Some fields are not valid: ${[...new Set(names)].join(', ')}${told.length > names.length ? ', …' : ''}.`,
    details: { fields },
  })
}

function isUnknown({ keyword }: FastifySchemaValidationError): boolean {
  return keyword === 'additionalProperties'
}

type Params = FastifySchemaValidationError['params']

/** What each keyword of our schemas says to whoever broke it, so that it can be mended. */
const SENTENCES: Record<string, (params: Params, path: string) => string> = {
  additionalProperties: () => 'unknown field: leave it out',
  required: () => 'is missing',
  // What may be null and nothing else is a field that exists, and that this service was told to refuse.
  type: ({ type }, path) =>
    type === 'null' ? `this service takes no ${path} of callers` : `must be ${[type].flat().map(kindOf).join(' or ')}`,
  enum: ({ allowedValues }) => `must be one of: ${(allowedValues as unknown[]).join(', ')}`,
  minLength: ({ limit }) => `must have at least ${amount(limit, 'character')}`,
  maxLength: ({ limit }) => `must have at most ${amount(limit, 'character')}`,
  maxItems: ({ limit }) => `must have at most ${amount(limit, 'entry', 'entries')}`,
  minProperties: ({ limit }) => `must have at least ${amount(limit, 'field')}`,
  minimum: ({ limit }) => `must be at least ${limit}`,
  maximum: ({ limit }) => `must be at most ${limit}`,
  pattern: () => 'has the wrong form: see /docs',
}

const KINDS: Record<string, string> = {
  object: 'a JSON object',
  array: 'a list',
  string: 'a string',
  number: 'a number',
  integer: 'a whole number',
}

const kindOf = (type: unknown) => KINDS[String(type)] ?? String(type)

function amount(count: unknown, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

function badField({ instancePath, keyword, params, message }: FastifySchemaValidationError): BadField {
  // These two are told of the object that has such a field, or lacks it.
  const field = params.additionalProperty ?? params.missingProperty
  const parts = instancePath.split('/').slice(1)
  const path = bounded((field === undefined ? parts : [...parts, String(field)]).join('.'))
  return { path, message: SENTENCES[keyword]?.(params, path) ?? message ?? 'not valid' }
}

function bounded(path: string): string {
  return path.length > MAX_PATH_LENGTH ? `${path.slice(0, MAX_PATH_LENGTH)}…` : path
}

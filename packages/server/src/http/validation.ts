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

/** Every bad field at once, in words for the person who wrote the client. */
export function validationError(errors: readonly FastifySchemaValidationError[]): ServiceError {
  // A wrong type of a field that takes names is no such name either: once is enough.
  const named = new Set(errors.filter(error => error.keyword === 'enum').map(error => error.instancePath))
  const told = errors.filter(({ keyword, instancePath }) => keyword !== 'type' || !named.has(instancePath))
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

function badField(error: FastifySchemaValidationError): BadField {
  const { instancePath, keyword, params, message } = error
  const parent = instancePath.slice(1).replaceAll('/', '.')
  if (isUnknown(error)) {
    const name = String(params.additionalProperty)
    return { path: bounded(parent ? `${parent}.${name}` : name), message: 'unknown field' }
  }
  const path = bounded(parent)
  if (keyword === 'enum') return { path, message: `must be one of: ${(params.allowedValues as unknown[]).join(', ')}` }
  return { path, message: message ?? 'not valid' }
}

function bounded(path: string): string {
  return path.length > MAX_PATH_LENGTH ? `${path.slice(0, MAX_PATH_LENGTH)}…` : path
}

import {
  type ApiError,
  aboveMaximum,
  belowMinimum,
  invalidType,
  invalidValue,
  listed,
  malformedJson,
  missingParameter,
  type NumberKind,
  unknownParameter,
} from './errors.ts'

type JsonTypes = {
  null: null
  boolean: boolean
  string: string
  number: number
  array: unknown[]
  object: Record<string, unknown>
}
type JsonType = keyof JsonTypes

/** What one field may hold. Tables of these describe a body; see session-fields.ts. */
export type Check = {
  readonly types: readonly JsonType[]
  /** The alternatives named in "expected …, but got …". */
  readonly wants: readonly string[]
  readonly required?: true
  /** @param path where the value sits, as OpenAI writes it: `session.tools[0].name`, `''` for the body itself. */
  problem(value: unknown, path: string): ApiError | undefined
}

/** A table of an object's fields; any other key is refused. */
export type Fields = Readonly<Record<string, Check>>

const jsonType = (value: unknown): JsonType => {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : (typeof value as JsonType)
}

const spoken: Record<JsonType, (value: unknown) => string> = {
  null: () => 'null',
  boolean: () => 'a boolean',
  string: () => 'a string',
  number: value => (Number.isInteger(value) ? 'an integer' : 'a decimal number'),
  array: () => 'an array',
  object: () => 'an object',
}

/** Whether a JSON value is an object, and neither null nor an array. */
export const isObject = (value: unknown): value is Record<string, unknown> => jsonType(value) === 'object'

const wrongType = (path: string, wants: readonly string[], value: unknown) =>
  invalidType(
    path,
    wants.length === 1 ? `${wants[0]}` : `one of ${listed(wants, 'or')}`,
    spoken[jsonType(value)](value),
  )

const check = <T extends JsonType>(
  type: T,
  wants: readonly string[],
  inside: (value: JsonTypes[T], path: string) => ApiError | undefined = () => undefined,
): Check => ({
  types: [type],
  wants,
  problem: (value, path) =>
    jsonType(value) === type ? inside(value as JsonTypes[T], path) : wrongType(path, wants, value),
})

const firstProblem = <T>(items: Iterable<T>, find: (item: T) => ApiError | undefined): ApiError | undefined => {
  for (const item of items) {
    const problem = find(item)
    if (problem) return problem
  }
  return undefined
}

const within = (path: string, key: string) => (path === '' ? key : `${path}.${key}`)

/** Any JSON at all. */
export const anything: Check = {
  types: ['null', 'boolean', 'string', 'number', 'array', 'object'],
  wants: ['any value'],
  problem: () => undefined,
}

export const text = check('string', ['a string'])
export const flag = check('boolean', ['a boolean'])
const nothing = check('null', ['null'])

/** One of these strings and no other. */
export const oneOf = (...values: readonly string[]): Check =>
  check(
    'string',
    values.map(value => `'${value}'`),
    (value, path) => (values.includes(value) ? undefined : invalidValue(path, value, values)),
  )

const outOfRange = (kind: NumberKind, value: number, path: string, minimum: number, maximum: number) => {
  if (value < minimum) return belowMinimum(kind, path, minimum, value)
  return value > maximum ? aboveMaximum(kind, path, maximum, value) : undefined
}

/** A whole number, both limits allowed. */
export const integer = (minimum = 0, maximum = Number.MAX_SAFE_INTEGER): Check =>
  check('number', ['an integer'], (value, path) =>
    Number.isInteger(value)
      ? outOfRange('integer', value, path, minimum, maximum)
      : wrongType(path, ['an integer'], value),
  )

/** A number, both limits allowed. */
export const decimal = (minimum: number, maximum: number): Check =>
  check('number', ['a decimal number'], (value, path) => outOfRange('decimal', value, path, minimum, maximum))

/** An array of one sort of item, which may be further restricted as a whole. */
export const listOf = (
  item: Check,
  whole: (items: unknown[], path: string) => ApiError | undefined = () => undefined,
): Check =>
  check(
    'array',
    ['an array'],
    (items, path) =>
      firstProblem(items.entries(), ([index, value]) => item.problem(value, `${path}[${index}]`)) ?? whole(items, path),
  )

/** An object whose keys are the caller's. */
export const mapOf = (value: Check): Check =>
  check('object', ['an object'], (map, path) =>
    firstProblem(Object.entries(map), ([key, item]) => value.problem(item, within(path, key))),
  )

/** An object with these fields: unknown keys are refused in the order they were sent, then missing ones. */
export const object = (fields: Fields): Check =>
  check(
    'object',
    ['an object'],
    (value, path) =>
      firstProblem(Object.keys(value), key =>
        Object.hasOwn(fields, key)
          ? fields[key]?.problem(value[key], within(path, key))
          : unknownParameter(within(path, key)),
      ) ??
      firstProblem(Object.keys(fields), key =>
        fields[key]?.required && !Object.hasOwn(value, key) ? missingParameter(within(path, key)) : undefined,
      ),
  )

/** Objects told apart by their `type`. */
export const variants = (rows: Readonly<Record<string, Fields>>): Check => {
  const names = Object.keys(rows)
  const type = required(oneOf(...names))
  const objects = new Map(Object.entries(rows).map(([name, fields]) => [name, object({ type, ...fields })]))
  return check('object', ['an object'], (value, path) =>
    Object.hasOwn(value, 'type')
      ? (type.problem(value.type, within(path, 'type')) ?? objects.get(String(value.type))?.problem(value, path))
      : missingParameter(within(path, 'type')),
  )
}

/** The first of these whose JSON type fits judges the value. */
export const either = (...checks: readonly Check[]): Check => {
  const wants = checks.flatMap(one => one.wants)
  return {
    types: checks.flatMap(one => one.types),
    wants,
    problem: (value, path) => {
      const judge = checks.find(one => one.types.includes(jsonType(value)))
      return judge ? judge.problem(value, path) : wrongType(path, wants, value)
    },
  }
}

export const orNull = (inner: Check): Check => either(inner, nothing)

export const required = (inner: Check): Check => ({ ...inner, required: true })

const parseJson = (body: string): { value: unknown } | { error: ApiError } => {
  try {
    return { value: body === '' ? {} : JSON.parse(body) }
  } catch {
    return { error: malformedJson }
  }
}

/**
 * Reads a JSON body that must satisfy a check; no body at all counts as `{}`.
 * The caller names the type which that check has established.
 * @param path where the value sits in what was sent; the body itself unless told.
 */
export const readJson = <T>(body: string, whole: Check, path = ''): { value: T } | { error: ApiError } => {
  const parsed = parseJson(body)
  if ('error' in parsed) return parsed
  const error = whole.problem(parsed.value, path)
  return error ? { error } : { value: parsed.value as T }
}

import { isObject } from '../validate.ts'

/** Deeper schemas end in null. */
const MAX_DEPTH = 8

type Schema = Record<string, unknown>

const examples: Readonly<Record<string, (schema: Schema, depth: number) => unknown>> = {
  string: () => 'example',
  number: ({ minimum = 1 }) => minimum,
  integer: ({ minimum = 1 }) => minimum,
  boolean: () => true,
  null: () => null,
  array: ({ items }, depth) => [exampleAt(items, depth + 1)],
  object: ({ properties }, depth) =>
    isObject(properties)
      ? Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, exampleAt(inner, depth + 1)]))
      : {},
}

const exampleAt = (schema: unknown, depth: number): unknown => {
  if (!isObject(schema) || depth > MAX_DEPTH) return null
  if ('const' in schema) return schema.const
  if (Array.isArray(schema.enum)) return schema.enum[0]
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type
  const example = examples[String(type)] ?? examples.object
  return example?.(schema, depth)
}

/** Arguments that fit a JSON Schema: every property, the first of each enum. */
export const exampleOf = (schema: unknown): unknown => exampleAt(isObject(schema) ? schema : {}, 0)

/** A JSON Schema (draft 2020-12, as OpenAPI 3.1 has it). The functions below are the words in which ours are written. */
export type Schema = Record<string, unknown>

const plain =
  (schema: Schema) =>
  (description?: string): Schema => ({ ...schema, ...(description ? { description } : {}) })

export const text = plain({ type: 'string' })
export const time = plain({ type: 'string', format: 'date-time' })
export const number = plain({ type: 'number' })
export const count = plain({ type: 'integer' })
export const flag = plain({ type: 'boolean' })

/** One of some names: an `enum`, which pickers and generated clients understand. */
export function names(values: readonly string[], extra: Schema = {}): Schema {
  return { type: 'string', enum: values, ...extra }
}

export function list(items: Schema): Schema {
  return { type: 'array', items }
}

/** An object whose names are not known beforehand. */
export function table(values: Schema): Schema {
  return { type: 'object', additionalProperties: values }
}

/** An object with these properties, all required but the `optional` ones. */
export function object(properties: Record<string, Schema>, optional: readonly string[] = []): Schema {
  return { type: 'object', required: Object.keys(properties).filter(name => !optional.includes(name)), properties }
}

/** What has one type, or null in its place. */
export function orNull(schema: Schema): Schema {
  return { ...schema, type: [schema.type, 'null'] }
}

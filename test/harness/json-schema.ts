import { createRequire } from 'node:module'

/** What is wrong with a value, or nothing. */
export type Check = (value: unknown) => string[]

interface Validate {
  (value: unknown): boolean
  errors?: { instancePath: string; message?: string }[] | null
}

interface Ajv {
  compile(schema: object): Validate
}

// The validator that Fastify brings along, in the dialect of OpenAPI 3.1.
const fromFastify = createRequire(createRequire(import.meta.url).resolve('@fastify/ajv-compiler', pathsOfFastify()))
const { default: Ajv2020 } = fromFastify('ajv/dist/2020') as { default: new (options: object) => Ajv }
const addFormats = fromFastify('ajv-formats') as (ajv: Ajv) => void

function pathsOfFastify() {
  return { paths: [createRequire(import.meta.url).resolve('fastify')] }
}

/** Compiles a JSON Schema (2020-12). Throws if it is none: unknown keywords and formats are errors. */
export function jsonSchema(schema: object): Check {
  const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true })
  addFormats(ajv)
  const validate = ajv.compile(schema)
  return value => {
    if (validate(value)) return []
    return (validate.errors ?? []).map(({ instancePath, message = '' }) => `${instancePath || '/'} ${message}`)
  }
}

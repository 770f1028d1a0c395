import { refuse } from '@draupnir/errors'
import { z } from 'zod'
import { parseJsonBody } from './json-body.ts'
import { findUnstorable } from './storable.ts'

/** A request before validation; `body` is the bytes as they came. */
export interface RawInput {
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly body: Uint8Array
  readonly headers: Headers
  readonly idempotencyKey: string | null
}

export interface FieldError {
  readonly path: string
  readonly message: string
}

interface Schemas {
  readonly params: z.ZodObject | undefined
  readonly query: z.ZodObject | undefined
  readonly body: z.ZodType | 'raw' | undefined
}

const NOTHING = z.strictObject({})
const MAX_ERRORS = 20
const MAX_PATH = 200

/** Parses params, query and body. Refuses `request.invalid` with every error, or as `parseJsonBody` does. */
export function validate(schemas: Schemas, raw: RawInput) {
  const errors: FieldError[] = []
  const params = schemas.params === undefined ? undefined : check('params', schemas.params, raw.params, errors)
  const query = checkQuery(schemas.query, raw.query, errors)
  const json = schemas.body === 'raw' || raw.body.length === 0 ? undefined : parseJsonBody(raw)
  const body = schemas.body === 'raw' ? raw.body : checkBody(schemas.body, json, errors)
  refuseInvalid(errors)
  return { input: { params, query, body, headers: raw.headers, idempotencyKey: raw.idempotencyKey }, json }
}

/** Refuses `request.invalid` when there are errors; the first one becomes the detail. */
export function refuseInvalid(errors: readonly FieldError[]): void {
  const [first] = errors
  if (first === undefined) return
  const shown = errors.slice(0, MAX_ERRORS).map(({ path, message }) => ({ path, message }))
  refuse('request.invalid', { errors: shown }, `${first.path}: ${first.message}`)
}

function checkQuery(schema: z.ZodObject | undefined, query: URLSearchParams, errors: FieldError[]): unknown {
  if (schema === undefined && query.size === 0) return undefined
  return check('query', schema ?? NOTHING, queryObject(query), errors)
}

function checkBody(schema: z.ZodType | undefined, json: unknown, errors: FieldError[]): unknown {
  if (schema === undefined) {
    // An empty object is what some clients send when they have nothing to say.
    if (json !== undefined) check('body', NOTHING, json, errors)
    return undefined
  }
  if (json !== undefined || schema.safeParse(undefined).success) return check('body', schema, json, errors)
  errors.push({ path: 'body', message: 'is required' })
  return undefined
}

function check(where: string, schema: z.ZodType, value: unknown, errors: FieldError[]): unknown {
  const unstorable = findUnstorable(value, where)
  if (unstorable !== null) {
    errors.push({ ...unstorable, path: unstorable.path.slice(0, MAX_PATH) })
    return undefined
  }
  const result = schema.safeParse(value)
  if (!result.success) errors.push(...result.error.issues.flatMap((issue) => describe(where, issue)))
  return result.data
}

function describe(where: string, issue: z.core.$ZodIssue): FieldError[] {
  const path = [where, ...issue.path.map(String)].map((part) => part.slice(0, 100)).join('.')
  if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message.slice(0, 300) }]
  return issue.keys.map((key) => ({ path: `${path}.${key.slice(0, 100)}`, message: 'is not a known field' }))
}

const NO_QUERY: Readonly<Record<string, string>> = {}

// A repeated parameter becomes a list, which a scalar schema then refuses.
function queryObject(query: URLSearchParams): Readonly<Record<string, string | string[]>> {
  if (query.size === 0) return NO_QUERY
  const names = [...new Set(query.keys())]
  return Object.fromEntries(
    names.map((name) => {
      const values = query.getAll(name)
      const [only] = values
      return [name, values.length === 1 && only !== undefined ? only : values]
    }),
  )
}

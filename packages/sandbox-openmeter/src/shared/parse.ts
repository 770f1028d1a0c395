import { type Instant, instant } from '@draupnir/time'
import type { ZodType } from 'zod'
import { badRequest } from './problem.ts'

/**
 * Validates with a schema of the SDK and gives the input back with defaults filled and times as `Instant`.
 * The SDK's schemas coerce everything (a missing name becomes "undefined"), so types are compared once more.
 */
export function parseInput<T>(schema: ZodType, input: unknown): T {
  const parsed = schema.safeParse(input)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw badRequest(`validation error: ${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'invalid'}`)
  }
  return reconcile(input, parsed.data, '') as T
}

function reconcile(input: unknown, output: unknown, path: string): unknown {
  if (input === undefined) return filled(output, path)
  if (input === null) {
    if (output === null || output === undefined) return null
    throw badRequest(`validation error: ${path}: must not be null`)
  }
  if (output === undefined) return input
  if (output instanceof Date) {
    if (typeof input !== 'string') throw wrongType(path)
    return instant(input)
  }
  if (Array.isArray(input)) {
    if (!Array.isArray(output)) throw wrongType(path)
    return input.map((item, index) => reconcile(item, output[index], `${path}[${index}]`))
  }
  if (isRecord(input)) {
    if (!isRecord(output)) throw wrongType(path)
    const keys = new Set([...Object.keys(input), ...Object.keys(output)])
    const entries = [...keys].map((key) => [key, reconcile(input[key], output[key], path ? `${path}.${key}` : key)])
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
  }
  if (typeof input !== typeof output) throw wrongType(path)
  return input
}

function filled(output: unknown, path: string): unknown {
  if (output === 'undefined') throw badRequest(`validation error: ${path}: property is missing`)
  if (output instanceof Date) return output.toISOString() as Instant
  return output
}

const wrongType = (path: string) => badRequest(`validation error: ${path}: value has the wrong type`)

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Reads exploded arrays and deep objects of a query string: `a=1&a=2`, `f[x]=1`. */
export function queryObject(search: URLSearchParams, arrays: readonly string[]): Record<string, unknown> {
  const object: Record<string, unknown> = {}
  for (const key of new Set(search.keys())) {
    const nested = /^(\w+)\[(\w+)\]$/.exec(key)
    if (nested?.[1] && nested[2]) {
      object[nested[1]] = { ...Object(object[nested[1]]), [nested[2]]: search.get(key) }
    } else {
      object[key] = arrays.includes(key) ? search.getAll(key) : search.get(key)
    }
  }
  return object
}

/** Validates a query string; numbers and booleans arrive as text, so the schema's coercion is wanted here. */
export function parseQuery<T>(schema: ZodType, search: URLSearchParams, arrays: readonly string[] = []): T {
  const raw = queryObject(search, arrays)
  for (const [key, value] of Object.entries(raw)) {
    if (value === 'true' || value === 'false') raw[key] = value === 'true'
  }
  const parsed = schema.safeParse(raw)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw badRequest(`validation error: parameter ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`)
  }
  return instants(parsed.data) as T
}

function instants(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return value.map(instants)
  if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, instants(item)]))
  return value
}

import { assert } from '@draupnir/errors'
import { z } from 'zod'

/** `z.strictObject`, by the name the services use: an unknown field is an error, not ignored. */
export const strict = z.strictObject

/** Throws a `Defect` that names the first object inside `schema` which would let an unknown field pass. */
export function assertStrict(schema: z.ZodType, where: string): void {
  const loose = findLoose(schema, where, new Set())
  assert(loose === null, `${loose} must be a strict object`)
}

function findLoose(schema: unknown, where: string, seen: Set<unknown>): string | null {
  if (!(schema instanceof z.ZodType) || seen.has(schema)) return null
  seen.add(schema)
  if (schema instanceof z.ZodObject && !(schema.def.catchall instanceof z.ZodNever)) return where
  for (const [key, child] of children(schema)) {
    const found = findLoose(child, key === '' ? where : `${where}.${key}`, seen)
    if (found !== null) return found
  }
  return null
}

function children(schema: z.ZodType): [string, unknown][] {
  if (schema instanceof z.ZodObject) return Object.entries(schema.shape)
  if (schema instanceof z.ZodArray) return [['[]', schema.element]]
  if (schema instanceof z.ZodUnion) return schema.options.map((option, index) => [`|${index}`, option])
  if (schema instanceof z.ZodRecord) return [['*', schema.valueType]]
  if (schema instanceof z.ZodTuple) return schema.def.items.map((item, index) => [String(index), item])
  if (schema instanceof z.ZodIntersection)
    return [
      ['', schema.def.left],
      ['', schema.def.right],
    ]
  if (schema instanceof z.ZodPipe) return [['', schema.in]]
  if (schema instanceof z.ZodLazy) return [['', schema.unwrap()]]
  if ('unwrap' in schema && typeof schema.unwrap === 'function') return [['', schema.unwrap()]]
  return []
}

import fc from 'fast-check'
import { prefixOf, type Schema } from './schema.ts'

export interface Known {
  readonly known: Readonly<Record<string, readonly string[]>>
  readonly now: string
}

type Any = fc.Arbitrary<unknown>

const HOUR_MS = 3_600_000

/** Values that fit a schema of the document; ids are those of things that are there, now and then of nothing. */
export function valid(schema: Schema, world: Known): Any {
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  const choices = schema.oneOf ?? schema.anyOf
  if (choices !== undefined) return fc.oneof(...choices.map((choice) => valid(choice, world)))
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? ['object'])
  return fc.oneof(...types.map((type) => ofType(type, schema, world)))
}

function ofType(type: string, schema: Schema, world: Known): Any {
  switch (type) {
    case 'object':
      return record(schema, world)
    case 'array':
      return fc.array(valid(schema.items ?? {}, world), { minLength: schema.minItems ?? 0, maxLength: 3 })
    case 'integer':
    case 'number':
      return fc.integer({ min: schema.minimum ?? -10, max: schema.maximum ?? 1_000_000 })
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    default:
      return text(schema, world)
  }
}

function record({ properties = {}, required = [] }: Schema, world: Known): Any {
  const fields = Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, valid(field, world)]))
  return fc.record(fields, { requiredKeys: [...required] })
}

function text(schema: Schema, world: Known): fc.Arbitrary<string> {
  const prefix = prefixOf(schema)
  if (prefix !== null) {
    const nobody = fc.stringMatching(new RegExp(schema.pattern ?? '')).map((id) => id)
    const there = world.known[prefix]
    return there === undefined ? nobody : fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...there) }, nobody)
  }
  if (schema.format === 'date-time') return moment(world)
  if (schema.format === 'email') return fc.emailAddress()
  if (schema.format === 'uuid') return fc.uuid()
  if (schema.pattern !== undefined && !schema.pattern.includes('\\p{')) return matching(schema.pattern)
  const [minLength, maxLength] = [schema.minLength ?? 0, Math.min(schema.maxLength ?? 40, 40)]
  return fc.string({ unit: 'grapheme', minLength, maxLength }).filter((drawn) => !/[\p{Cc}\p{Cs}]/u.test(drawn))
}

// What looks ahead cannot be drawn, only checked.
function matching(pattern: string): fc.Arbitrary<string> {
  const [whole, drawable] = [new RegExp(pattern), new RegExp(pattern.replace(/\(\?[=!][^()]*\)/g, ''))]
  return fc.stringMatching(drawable).filter((drawn) => drawn.length < 100 && whole.test(drawn))
}

function moment({ now }: Known): fc.Arbitrary<string> {
  const near = fc.integer({ min: -48, max: 48 }).map((hours) => Date.parse(now) + hours * HOUR_MS)
  const far = fc.constantFrom('0001-01-01T00:00:00.000Z', '1969-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z')
  return fc.oneof(
    near.map((ms) => new Date(ms).toISOString()),
    far,
  )
}

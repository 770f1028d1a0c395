import type { Sql } from '@draupnir/sandbox'
import { usesMeter } from '../feature/feature.store.ts'
import { badRequest, conflict } from '../shared/problem.ts'
import { ulid } from '../shared/ulid.ts'
import type { Unit } from '../shared/unit.ts'
import { changeMeter, findMeter, getMeter, insertMeter, type MeterChange, markMeterDeleted } from './meter.store.ts'
import type { Meter, MeterInput } from './meter.ts'

const RESERVED_DIMENSIONS = ['subject', 'customer_id']

/** Refuses a slug in use (409) and a value property that does not fit the aggregation (400). */
export async function createMeter(unit: Unit, input: MeterInput): Promise<Meter> {
  if (input.aggregation === 'COUNT' && input.valueProperty !== undefined) {
    throw badRequest('validation error: value property is not allowed when the aggregation is count')
  }
  if (input.aggregation !== 'COUNT' && input.valueProperty === undefined) {
    throw badRequest('validation error: value property is required when the aggregation is not count')
  }
  await assertPaths(unit.sql, { ...input.groupBy, ...(input.valueProperty ? { value: input.valueProperty } : {}) })
  assertDimensions(input.groupBy ?? {})
  if (await findMeter(unit.sql, input.slug)) throw conflict(`meter with the same slug already exists: ${input.slug}`)
  return insertMeter(unit, ulid(unit.now), input)
}

export async function updateMeter(unit: Unit, idOrSlug: string, change: MeterChange): Promise<Meter> {
  assertDimensions(change.groupBy ?? {})
  await assertPaths(unit.sql, change.groupBy ?? {})
  return changeMeter(unit, await getMeter(unit.sql, idOrSlug), change)
}

/** Refuses (409) while a live feature is metered by it. */
export async function deleteMeter(unit: Unit, idOrSlug: string): Promise<void> {
  const meter = await getMeter(unit.sql, idOrSlug)
  if (await usesMeter(unit.sql, meter.id)) throw conflict(`meter is used by active features: ${meter.slug}`)
  await markMeterDeleted(unit, meter.id)
}

function assertDimensions(groupBy: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(groupBy)) {
    if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) || RESERVED_DIMENSIONS.includes(name)) {
      throw badRequest(`validation error: invalid group by key: ${name}`)
    }
  }
}

async function assertPaths(sql: Sql, paths: Readonly<Record<string, string>>): Promise<void> {
  for (const path of Object.values(paths)) {
    const [row] = await sql<{ valid: boolean }[]>`select pg_input_is_valid(${path}, 'jsonpath') as valid`
    if (!path.startsWith('$') || row?.valid !== true) throw badRequest(`validation error: invalid JSONPath: ${path}`)
  }
}

import type { Sql } from '@draupnir/sandbox'
import { notFound } from '../shared/problem.ts'
import type { Unit } from '../shared/unit.ts'
import type { Meter, MeterInput } from './meter.ts'

const columns = (sql: Sql) => sql`
  id, slug, name, description, metadata, aggregation, event_type as "eventType", event_from as "eventFrom",
  value_property as "valueProperty", group_by as "groupBy", created_at as "createdAt", updated_at as "updatedAt",
  deleted_at as "deletedAt"`

export async function insertMeter({ sql, now }: Unit, id: string, input: MeterInput): Promise<Meter> {
  const row = {
    id,
    slug: input.slug,
    name: input.name ?? input.slug,
    description: input.description ?? null,
    metadata: input.metadata ? sql.json(input.metadata) : null,
    aggregation: input.aggregation,
    event_type: input.eventType,
    event_from: input.eventFrom ?? null,
    value_property: input.valueProperty ?? null,
    group_by: sql.json(input.groupBy ?? {}),
    created_at: now,
    updated_at: now,
  }
  const [meter] = await sql<Meter[]>`insert into meters ${sql(row)} returning ${columns(sql)}`
  if (!meter) throw new Error('insert returned nothing')
  return meter
}

export type MeterChange = Pick<MeterInput, 'name' | 'description' | 'metadata' | 'groupBy'>

export async function changeMeter({ sql, now }: Unit, meter: Meter, change: MeterChange): Promise<Meter> {
  const row = {
    name: change.name ?? meter.slug,
    description: change.description ?? null,
    metadata: change.metadata ? sql.json(change.metadata) : null,
    group_by: sql.json(change.groupBy ?? {}),
    updated_at: now,
  }
  await sql`update meters set ${sql(row)} where id = ${meter.id}`
  return getMeter(sql, meter.id)
}

export async function findMeter(sql: Sql, idOrSlug: string): Promise<Meter | undefined> {
  const [meter] = await sql<Meter[]>`
    select ${columns(sql)} from meters where (id = ${idOrSlug} or slug = ${idOrSlug}) and deleted_at is null`
  return meter
}

export async function getMeter(sql: Sql, idOrSlug: string): Promise<Meter> {
  const meter = await findMeter(sql, idOrSlug)
  if (!meter) throw notFound('meter', idOrSlug)
  return meter
}

export async function listMeters(sql: Sql): Promise<readonly Meter[]> {
  return sql<Meter[]>`select ${columns(sql)} from meters where deleted_at is null order by created_at, id`
}

export async function metersOfType(sql: Sql, eventTypes: readonly string[]): Promise<readonly Meter[]> {
  return sql<
    Meter[]
  >`select ${columns(sql)} from meters where deleted_at is null and event_type = any(${[...eventTypes]})`
}

export async function markMeterDeleted({ sql, now }: Unit, id: string): Promise<void> {
  await sql`update meters set deleted_at = ${now}, updated_at = ${now} where id = ${id}`
}
